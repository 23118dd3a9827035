import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { readSettings } from './read-settings.js';
import { SettingsError } from './settings.error.js';

describe('readSettings', () => {
  let workingFolder: string;

  beforeEach(() => {
    workingFolder = mkdtempSync(join(tmpdir(), 'switchyard-settings-'));
  });
  afterEach(() => rmSync(workingFolder, { recursive: true }));

  it('gives the documented defaults for an empty environment', () => {
    const settings = readSettings({}, { workingFolder });

    expect(settings).toMatchObject({ home: join(workingFolder, '.switchyard'), port: 8080, host: '127.0.0.1' });
    expect(settings.configFile).toBeUndefined();
    expect(settings.natsUrl).toBeUndefined();
  });

  it('finds switchyard.yaml in the working folder when no other file is named', () => {
    writeFileSync(join(workingFolder, 'switchyard.yaml'), 'version: 1\n');

    expect(readSettings({ SWITCHYARD_CONFIG: '' }, { workingFolder }).configFile).toBe(
      join(workingFolder, 'switchyard.yaml'),
    );
  });

  it('lists every problem in one error', () => {
    const read = () =>
      readSettings(
        {
          SWITCHYARD_PORT: 'eighty',
          SWITCHYARD_SECRET_KEY: 'c2hvcnQ=',
          SWITCHYARD_ADMIN_KEY: 'short',
          SWITCHYARD_CONFIG: 'missing.yaml',
          SWITCHYARD_DIFFICULTY_MODEL: 'missing.bin',
          NATS_URL: 'localhost',
          SWITCHYARD_LOG_LEVEL: 'loud',
        },
        { required: ['databaseUrl', 'port'], workingFolder },
      );

    const problems = [
      'SWITCHYARD_PORT must be a whole number from 1 to 65535',
      expect.stringContaining('SWITCHYARD_ADMIN_KEY must be 16 to 512'),
      expect.stringContaining('SWITCHYARD_SECRET_KEY must be the base64 of 32 bytes'),
      expect.stringContaining('SWITCHYARD_LOG_LEVEL must be trace'),
      expect.stringContaining('NATS_URL must look like nats://host:4222'),
      'DATABASE_URL is not set',
      `SWITCHYARD_CONFIG names ${join(workingFolder, 'missing.yaml')}, which cannot be read`,
      expect.stringContaining(`SWITCHYARD_DIFFICULTY_MODEL names ${join(workingFolder, 'missing.bin')}, which cannot`),
    ];
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(expect.objectContaining({ problems }));
  });

  it('reads the ranges that files may be fetched from, and refuses what is none', () => {
    const read = (value: string) => readSettings({ SWITCHYARD_FETCH_ALLOW: value }, { workingFolder }).fetchAllow;

    expect(read('')).toEqual([]);
    expect(read(' 10.1.0.0/16, fd00::/8 ')).toEqual(['10.1.0.0/16', 'fd00::/8']);
    expect(() => read('10.1.0.0/16,images.internal')).toThrow(/SWITCHYARD_FETCH_ALLOW must be address ranges/);
  });

  it('reads the bucket for files, and refuses what does not go together', () => {
    const read = (variables: Record<string, string>) => readSettings(variables, { workingFolder }).s3;

    expect(read({})).toBeUndefined();
    expect(read({ SWITCHYARD_S3_BUCKET: 'files', SWITCHYARD_S3_REGION: 'eu-central-1' })).toEqual({
      bucket: 'files',
      prefix: '',
      endpoint: undefined,
      region: 'eu-central-1',
      credentials: undefined,
      isPathStyle: false,
    });
    const own = {
      SWITCHYARD_S3_BUCKET: 'files',
      SWITCHYARD_S3_ENDPOINT: 'http://minio:9000',
      SWITCHYARD_S3_PREFIX: 'yard/one/',
      SWITCHYARD_S3_ACCESS_KEY_ID: 'id',
      SWITCHYARD_S3_SECRET_ACCESS_KEY: 'secret',
    };
    expect(read(own)).toMatchObject({
      prefix: 'yard/one',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      isPathStyle: true,
    });
    expect(read({ ...own, SWITCHYARD_S3_PATH_STYLE: 'false' })?.isPathStyle).toBe(false);
    expect(() => read({ ...own, SWITCHYARD_S3_SECRET_ACCESS_KEY: '' })).toThrow(/go together/);
    expect(() => read({ ...own, SWITCHYARD_S3_BUCKET: '' })).toThrow(/no SWITCHYARD_S3_BUCKET/);
    expect(() => read({ ...own, SWITCHYARD_S3_ENDPOINT: 'minio:9000' })).toThrow(
      /SWITCHYARD_S3_ENDPOINT must look like/,
    );
  });

  it('never repeats a secret value in its message', () => {
    expect(() => readSettings({ SWITCHYARD_ADMIN_KEY: 'too-secret' }, { workingFolder })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('too-secret') }),
    );
  });
});
