export { eventually, type EventuallyOptions } from './eventually.js';
export { startNatsForTests, type NatsForTests } from './nats-for-tests.js';
export { createTestDatabase, type DatabaseTemplate, type TestDatabase } from './postgres-for-tests.js';
export { startSharedPostgres, TEST_POSTGRES_URL, type SharedPostgres } from './shared-postgres.js';
export { buildAttempt, buildRequestEnded } from './request-ended-builder.js';
export { startS3ForTests, type S3ForTests } from './s3-for-tests.js';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
export { findGapsInTenantWall } from './find-gaps-in-tenant-wall.js';
export type { TenantWall } from './find-gaps-in-tenant-wall.js';
