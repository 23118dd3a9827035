import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { BatchObject, BatchPage } from '#libs/contracts';
import { TerminalForTests } from '../call-api/terminal.fixture.js';
import { listCommand } from './list.command.js';

const batch: BatchObject = {
  id: 'batch_a',
  object: 'batch',
  endpoint: '/v1/embeddings',
  errors: null,
  input_file_id: 'file-in',
  completion_window: '24h',
  status: 'completed',
  output_file_id: 'file-out',
  error_file_id: null,
  created_at: 1_767_225_600,
  in_progress_at: 1,
  expires_at: 2,
  finalizing_at: null,
  completed_at: 3,
  failed_at: null,
  expired_at: null,
  cancelling_at: null,
  cancelled_at: null,
  request_counts: { total: 12, completed: 11, failed: 1 },
  cost_usd: '0.25',
  metadata: null,
};

describe('switchyard batch list', () => {
  let page: BatchPage;
  const terminal = new TerminalForTests(() => ({ body: page }));

  beforeAll(() => terminal.start());
  beforeEach(() => {
    page = { object: 'list', data: [batch], first_id: 'batch_a', last_id: 'batch_a', has_more: true };
    terminal.listen();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => terminal.stop());

  async function listed(...flags: string[]): Promise<string> {
    terminal.printed = '';
    await terminal.run(listCommand(), ...flags);
    return terminal.printed;
  }

  it('shows a batch a line, and how to go on', async () => {
    expect((await listed()).split('\n')).toEqual([
      '  ID       STATUS     ENDPOINT        ANSWERED  FAILED  COST   CREATED',
      '  batch_a  completed  /v1/embeddings  11/12     1       $0.25  2026-01-01T00:00:00.000Z',
      'There are more: --after batch_a',
      '',
    ]);
    page = { ...page, data: [], first_id: null, last_id: null, has_more: false };
    expect(await listed('--limit', '5', '--after', 'batch_a')).toBe('No batches.\n');
    expect(terminal.asked.map(({ route }) => route)).toEqual([
      'GET /v1/batches?limit=20',
      'GET /v1/batches?limit=5&after=batch_a',
    ]);
  });

  it('prints the page as the API has it where JSON is asked for', async () => {
    expect(JSON.parse(await listed('--json'))).toEqual(page);
  });
});
