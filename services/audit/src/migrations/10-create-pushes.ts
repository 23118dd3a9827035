import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each destination has been sent each log. */
export class CreatePushes1764000000090 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit.pushes (
        destination text NOT NULL,
        organization text NOT NULL,
        pushed bigint NOT NULL,
        CONSTRAINT pushes_pkey PRIMARY KEY (destination, organization)
      );
      CREATE TABLE audit.push_leases (
        destination text NOT NULL CONSTRAINT push_leases_pkey PRIMARY KEY,
        holder text NOT NULL,
        leased_until timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit.pushes, audit.push_leases');
  }
}
