import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages that no consumer could digest, as they were buried, and what became of them. */
export class CreateDeadLetters1764700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE control.dead_letters (
        id text NOT NULL CONSTRAINT dead_letters_pkey PRIMARY KEY,
        place bigint GENERATED ALWAYS AS IDENTITY,
        sequence bigint NOT NULL,
        consumer text NOT NULL,
        kind text NOT NULL,
        reason text NOT NULL,
        error_class text,
        stack_hash text,
        deliveries integer NOT NULL,
        subject text NOT NULL,
        stream text NOT NULL,
        stream_sequence bigint NOT NULL,
        headers jsonb NOT NULL,
        payload bytea,
        bytes integer NOT NULL,
        redriven_from text,
        buried_at timestamptz NOT NULL,
        status text NOT NULL DEFAULT 'resting' CHECK (status IN ('resting', 'redriven', 'discarded')),
        settled_at timestamptz,
        settled_by text,
        CHECK ((status = 'resting') = (settled_at IS NULL)),
        CHECK (status <> 'resting' OR payload IS NOT NULL)
      );
      CREATE UNIQUE INDEX dead_letters_place ON control.dead_letters (place);
      CREATE INDEX dead_letters_resting ON control.dead_letters (consumer, place) WHERE status = 'resting';
      CREATE INDEX dead_letters_age ON control.dead_letters (buried_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE control.dead_letters');
  }
}
