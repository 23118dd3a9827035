import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A server that speaks as much of S3's wire format as storing files takes, in memory, and can be made to fail. */
export interface S3ForTests {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What is stored, by its whole key. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** Uploads in parts that were begun and neither completed nor aborted. */
  openUploads(): number;
  /** Answers the next requests, or all until told otherwise, with this status. */
  fail(status: number, times?: number): void;
  mend(): void;
  stop(): Promise<void>;
}

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly storedAt: Date;
}

/** What S3 tells of a request that it refuses. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

const BUCKET = 'switchyard-test';
const MOST_LISTED = 3;
const PROTECTED_KEY = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' };

/** Starts one on a free local port, with an empty bucket. */
export async function startS3ForTests(): Promise<S3ForTests> {
  const bucket = new BucketForTests();
  let failure: { status: number; times: number } | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(request);
    if (failure && failure.times > 0) {
      failure.times -= 1;
      throw new Refusal(failure.status, failure.status === 507 ? 'QuotaExceeded' : 'InternalError');
    }
    bucket.answer(request, body, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const { status, code } = error instanceof Refusal ? error : new Refusal(500, 'InternalError');
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: BUCKET,
    credentials: PROTECTED_KEY,
    get objects() {
      return new Map([...bucket.objects].map(([key, { bytes }]) => [key, bytes]));
    },
    openUploads: () => bucket.uploads.size,
    fail: (status, times = Number.POSITIVE_INFINITY) => void (failure = { status, times }),
    mend: () => void (failure = undefined),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class BucketForTests {
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, { key: string; parts: Map<number, Buffer> }>();

  answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const signature = new RegExp(
      `^AWS4-HMAC-SHA256 Credential=${PROTECTED_KEY.accessKeyId}/\\d{8}/[^/]+/s3/aws4_request,`,
    );
    if (!signature.test(request.headers.authorization ?? '')) throw new Refusal(403, 'AccessDenied');
    const url = new URL(request.url ?? '/', 'http://s3');
    const [, bucket, ...segments] = url.pathname.split('/');
    if (bucket !== BUCKET) throw new Refusal(404, 'NoSuchBucket');
    const key = decodeURIComponent(segments.join('/'));
    const asked = url.searchParams;
    const route = `${request.method}${asked.has('uploadId') ? ' part' : asked.has('uploads') ? ' upload' : ''}`;
    if (route === 'GET' && key === '') return this.list(asked, response);
    switch (route) {
      case 'PUT':
        return void response.writeHead(200, { etag: this.store(key, body).etag }).end();
      case 'GET':
        return this.read(key, request, response);
      case 'DELETE':
        this.objects.delete(key);
        return void response.writeHead(204).end();
      case 'POST upload':
        return this.begin(key, response);
      case 'PUT part':
        this.uploadOf(asked).parts.set(Number(asked.get('partNumber')), body);
        return void response.writeHead(200, { etag: etagOf(body) }).end();
      case 'POST part':
        return this.complete(asked, body.toString(), response);
      case 'DELETE part':
        this.uploads.delete(asked.get('uploadId') ?? '');
        return void response.writeHead(204).end();
      default:
        throw new Refusal(405, 'MethodNotAllowed');
    }
  }

  private store(key: string, bytes: Buffer): StoredObject {
    const stored = { bytes, etag: etagOf(bytes), storedAt: new Date() };
    this.objects.set(key, stored);
    return stored;
  }

  private read(key: string, { headers }: IncomingMessage, response: ServerResponse): void {
    const stored = this.objects.get(key);
    if (!stored) throw new Refusal(404, 'NoSuchKey');
    const { bytes, etag } = stored;
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag) throw new Refusal(412, 'PreconditionFailed');
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (first === undefined) return void response.writeHead(200, { etag }).end(bytes);
    if (Number(first) >= bytes.length) throw new Refusal(416, 'InvalidRange');
    const part = bytes.subarray(Number(first), Number(last) + 1);
    const range = `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}`;
    response.writeHead(206, { etag, 'content-range': range, 'content-length': part.length }).end(part);
  }

  /** A few keys a page, so that whoever lists has to ask again. */
  private list(asked: URLSearchParams, response: ServerResponse): void {
    const after = asked.get('continuation-token') ?? '';
    const prefix = asked.get('prefix') ?? '';
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted();
    const page = keys.slice(0, MOST_LISTED);
    const contents = page.map((key) => {
      const storedAt = this.objects.get(key)?.storedAt.toISOString();
      return `<Contents><Key>${key}</Key><LastModified>${storedAt}</LastModified></Contents>`;
    });
    const rest = keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    answerXml(response, `<ListBucketResult>${contents.join('')}${rest}</ListBucketResult>`);
  }

  private begin(key: string, response: ServerResponse): void {
    const id = randomUUID();
    this.uploads.set(id, { key, parts: new Map() });
    answerXml(response, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }

  private complete(asked: URLSearchParams, order: string, response: ServerResponse): void {
    const { key, parts } = this.uploadOf(asked);
    const numbers = [...order.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number));
    const bytes = numbers.map((number) => parts.get(number) ?? Buffer.alloc(0));
    this.uploads.delete(asked.get('uploadId') ?? '');
    const { etag } = this.store(key, Buffer.concat(bytes));
    answerXml(response, `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`);
  }

  private uploadOf(asked: URLSearchParams): { key: string; parts: Map<number, Buffer> } {
    const upload = this.uploads.get(asked.get('uploadId') ?? '');
    if (!upload) throw new Refusal(404, 'NoSuchUpload');
    return upload;
  }
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function answerXml(response: ServerResponse, xml: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(xml);
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
