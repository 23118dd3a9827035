/** jest takes the default export of a file of its own. */
export { stopTestServers as default } from './jest-global-setup.mjs';
