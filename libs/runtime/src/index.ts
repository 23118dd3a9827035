export { Settings } from './settings.js';
export { RequestSeals } from './request-seals.js';
export { Shutdown } from './shutdown.js';
export { Readiness } from './readiness.js';
export { ServiceProcess } from './service-process.js';
export { runService } from './run-service.js';
export { Logger as ServiceLogger } from '#libs/telemetry';
