import { describe, expect, it } from '@jest/globals';
import { assert, constant, option, property, record, subarray } from 'fast-check';
import type { PrivacyEntry, Snapshot } from '#libs/contracts';
import { quietState } from './live-state.js';
import { NoEligibleTarget } from './no-eligible-target.js';
import { planCopy, planRoute } from './plan-route.policy.js';
import { routingTable } from './routing-table.js';
import { decidedFacts, modelWith, targetWith } from './routing.fixture.js';

const KEPT_NOT = { training: false, retention: false };
const model = modelWith([
  targetWith('in-eu', { provider: 'paris', region: 'eu', dataPolicy: KEPT_NOT }),
  targetWith('in-us', { provider: 'oregon', region: 'us', dataPolicy: KEPT_NOT }),
  targetWith('keeps', { provider: 'dublin', region: 'eu' }),
]);
const other = modelWith([targetWith('in-us', { provider: 'oregon', region: 'us' })], { name: 'other' });

function tableWith(at: {
  installation?: PrivacyEntry;
  organization?: PrivacyEntry;
  project?: PrivacyEntry;
  key?: PrivacyEntry;
}) {
  const { installation, organization, project, key } = at;
  const snapshot: Partial<Snapshot> = {
    ...(installation ? { privacy: installation } : {}),
    organizations: [
      {
        name: 'demo',
        ...(organization ? { privacy: organization } : {}),
        projects: [{ name: 'default', ...(project ? { privacy: project } : {}) }],
      },
    ],
    keys: [
      {
        hash: '0'.repeat(64),
        name: 'ci',
        organization: 'demo',
        project: 'default',
        admin: false,
        ...(key ? { privacy: key } : {}),
      },
    ],
  };
  return routingTable({ revision: 1, models: [model, other], providers: [], ...snapshot });
}

const plannedBy = (table: ReturnType<typeof tableWith>, over = {}) => planRoute(decidedFacts(over), table);
const namesOf = ({ targets }: ReturnType<typeof plannedBy>) => targets.map(({ model: name }) => name);

describe('policies of privacy', () => {
  it('bind every request of their owner, and stand in the record of the decision', () => {
    const slip = plannedBy(tableWith({ organization: { regions: ['eu'] }, key: { zeroRetention: true } }));
    expect(namesOf(slip)).toEqual(['in-eu']);
    expect(slip.decision.privacy).toEqual(['organization demo', 'key demo/default/ci']);
    const reasons = slip.decision.candidates.map(({ filter }) => filter);
    expect(reasons).toEqual([undefined, 'region', 'data_policy']);
  });

  it('of a key that is not of the configuration come with the request, and bind as the others', () => {
    const keyPolicy = { privacy: { zeroRetention: true as const } };
    for (const [table, left, names] of [
      [tableWith({}), ['in-eu', 'in-us'], ['key demo/default/ci']],
      [tableWith({ organization: { regions: ['eu'] } }), ['in-eu'], ['organization demo', 'key demo/default/ci']],
    ] as const) {
      const slip = plannedBy(table, { keyPolicy });
      expect(namesOf(slip).toSorted()).toEqual(left);
      expect(slip.decision.privacy).toEqual(names);
    }
  });

  it('do not bind others, nor stand in their record', () => {
    const table = tableWith({ organization: { regions: ['eu'] } });
    const slip = plannedBy(table, { organization: 'else' });
    expect(namesOf(slip)).toHaveLength(3);
    expect(slip.decision.privacy).toBeUndefined();
  });

  it('leave nothing where they have nothing in common, and the refusal names whose they are', () => {
    const table = tableWith({ organization: { regions: ['eu'] }, project: { regions: ['us'] } });
    let refusal: unknown;
    try {
      plannedBy(table);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(NoEligibleTarget);
    expect(refusal).toMatchObject({ basis: { privacy: ['organization demo', 'project demo/default'] } });
  });

  it('bind copies, models to fall back to, and the targets that a caller lists', () => {
    const table = tableWith({ organization: { regions: ['eu'] } });
    const facts = decidedFacts();
    expect(() => planCopy({ ...facts, model: 'other' }, facts, { table, live: quietState(1_000_000) })).toThrow();
    expect(namesOf(plannedBy(table, { wishes: { models: ['other'] } })).toSorted()).toEqual(['in-eu', 'keeps']);
    expect(() => plannedBy(table, { wishes: { targets: [{ provider: 'oregon', model: 'in-us' }] } })).toThrow();
  });

  it('ask for more where data of a class was found', () => {
    const whenFound: PrivacyEntry['whenFound'] = [{ classes: ['iban', 'card'], require: { providers: ['paris'] } }];
    const table = tableWith({ installation: { whenFound } });
    expect(plannedBy(table).decision.privacy).toBeUndefined();
    const slip = plannedBy(table, { dataFound: ['email', 'card'] });
    expect(namesOf(slip)).toEqual(['in-eu']);
    expect(slip.decision.privacy).toEqual(['installation: card found']);
  });

  it('never let through what one of them alone would not, whatever is set where', () => {
    const entry = option(
      record(
        {
          regions: subarray(['eu', 'us'], { minLength: 1 }),
          providers: subarray(['paris', 'oregon', 'dublin'], { minLength: 1 }),
          zeroRetention: constant(true),
        },
        { requiredKeys: [] },
      ),
      { nil: undefined },
    );
    const levels = record({ installation: entry, organization: entry, project: entry, key: entry });
    const outcome = (at: Parameters<typeof tableWith>[0]): string[] => {
      try {
        return namesOf(plannedBy(tableWith(at)));
      } catch {
        return [];
      }
    };
    assert(
      property(levels, (at) => {
        const given = Object.entries(at).filter(([, value]) => value !== undefined);
        const all = outcome(Object.fromEntries(given));
        const each = given.map(([name, value]) => outcome({ [name]: value }));
        const common = ['in-eu', 'in-us', 'keeps'].filter((name) => each.every((names) => names.includes(name)));
        expect(all.toSorted()).toEqual(common);
      }),
    );
  });
});
