export { readSettings } from './read-settings.js';
export type { Environment } from './environment.js';
export type { DurableKeepSettings, HttpSettings, S3Location, Settings, SignInSettings } from './settings.js';
export { SettingsError } from './settings.error.js';
export type { KeyProviderLocation } from './key-provider-location.js';
export type { SealUse, TlsFiles } from './store-access.js';
export { openFileProblems } from './private-files.js';
