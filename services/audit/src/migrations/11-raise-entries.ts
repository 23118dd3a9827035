import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks hear of what is noted from now on: of the logs that there are from where they end, of later ones from their start. */
export class RaiseEntries1764000000110 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO audit.pushes (destination, organization, pushed)
      SELECT '@webhooks', organization, size FROM audit.logs ON CONFLICT DO NOTHING`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM audit.pushes WHERE destination = '@webhooks'`);
  }
}
