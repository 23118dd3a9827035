/**
 * The statements that make a schema's inbox. The index on time is a BRIN: rows come in the order of time, and it costs
 * next to nothing per row.
 */
export function createInboxTable(schema: string): string {
  return `
    CREATE TABLE ${schema}.inbox (
      consumer text NOT NULL,
      message_id text NOT NULL,
      recorded_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT inbox_pkey PRIMARY KEY (consumer, message_id)
    );
    CREATE INDEX inbox_recorded_at ON ${schema}.inbox USING brin (recorded_at);`;
}
