import { z } from 'zod';

/**
 * Answer to `health.ask`: `missing` names in plain words what this process still waits for, `notices` what should be looked at
 * though it does its work. Strangers hear both: they say what kind of thing it is, and nothing of this installation.
 */
export const healthSchema = z.object({
  service: z.string(),
  instance: z.string(),
  ready: z.boolean(),
  missing: z.array(z.string()),
  notices: z.array(z.string()).optional(),
});
export type Health = z.infer<typeof healthSchema>;

/** The services of a complete stack, in the order of a request. */
export const serviceNames = ['ingress', 'router', 'worker', 'jobs', 'billing', 'audit', 'control'] as const;
export type ServiceName = (typeof serviceNames)[number];
