import { Client } from 'pg';

/** Rows of the two books. */
export interface BookCounts {
  readonly charges: number;
  readonly entries: number;
}

export async function countRows(databaseUrl: string): Promise<BookCounts> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ charges: string; entries: string }>(
      `SELECT (SELECT count(*) FROM billing.charges) AS charges,
         (SELECT count(*) FROM audit.entries WHERE starts_with(request_id, 'req_')) AS entries`,
    );
    return { charges: Number(rows[0]?.charges), entries: Number(rows[0]?.entries) };
  } finally {
    await client.end();
  }
}
