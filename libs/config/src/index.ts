export { readSettings, type ReadSettingsOptions } from './read-settings.js';
export type { Environment, S3Location, Settings } from './settings.js';
export { SettingsError } from './settings.error.js';
