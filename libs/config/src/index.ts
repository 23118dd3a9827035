export { readSettings, type ReadSettingsOptions } from './read-settings.js';
export type { Environment, Settings } from './settings.js';
export { SettingsError } from './settings.error.js';
