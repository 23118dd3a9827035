/** What can be done to something. `use` is calling a model; `manage`, in rules only, is all of them. */
export const ACTIONS = ['use', 'create', 'read', 'update', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

/** What belongs to one project: calls, and what applications leave behind. */
export const PROJECT_SUBJECTS = [
  'Inference',
  'Model',
  'Route',
  'Response',
  'File',
  'Batch',
  'Job',
  'Schedule',
  'Webhook',
  'Feedback',
  'Request',
  'Usage',
  'AuditEvent',
  'Payload',
] as const;

/** What an organisation runs its affairs with; most of it can also belong to one of its projects. */
export const ORGANIZATION_SUBJECTS = [
  'Organization',
  'Project',
  'Member',
  'ServiceAccount',
  'Key',
  'Provider',
  'Budget',
  'Limit',
  'Ledger',
] as const;

/** What is one for the whole installation: only the bootstrap key changes it. */
export const INSTALLATION_SUBJECTS = [
  'CatalogueModel',
  'Price',
  'Plan',
  'Policy',
  'Configuration',
  'Person',
  'Operations',
] as const;

export const SUBJECTS = [...PROJECT_SUBJECTS, ...ORGANIZATION_SUBJECTS, ...INSTALLATION_SUBJECTS] as const;

/** A kind of thing that permission is asked for. A route that serves a new kind adds it to one of the lists above. */
export type Subject = (typeof SUBJECTS)[number];

/** What is done to what: the rule of a route. */
export interface Permission {
  readonly action: Action;
  readonly subject: Subject;
}

/** Where a thing is: in a project, or of a whole organisation. */
export interface Place {
  readonly organization: string;
  readonly project?: string | undefined;
}
