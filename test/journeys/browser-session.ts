import { call, type HttpAnswer } from './http-call.js';

type Fields = Record<string, unknown>;

/** An answer with its JSON, where it is some. */
export interface SeenAnswer extends HttpAnswer {
  readonly json: Fields & { readonly error?: { readonly code: string } };
}

/** What a browser at a page of the stack sends: its cookies, its origin and, for changes, the token of the session. */
export class BrowserSession {
  readonly cookies = new Map<string, string>();
  csrfToken = '';

  constructor(private readonly url: string) {}

  /** `body`: an object goes as JSON, text as a form, with which no page can set a header. */
  async send(
    method: string,
    path: string,
    body?: object | string,
    headers: Record<string, string> = {},
  ): Promise<SeenAnswer> {
    const isForm = typeof body === 'string';
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await call(this.url + path, {
      method,
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(method === 'GET' ? {} : { origin: this.url }),
        ...(this.csrfToken === '' || method === 'GET' || isForm ? {} : { 'x-csrf-token': this.csrfToken }),
        ...(isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...headers,
      },
      ...(body ? { body } : {}),
    });
    this.keep(answer);
    const json = (answer.text.startsWith('{') ? JSON.parse(answer.text) : {}) as SeenAnswer['json'];
    if (typeof json['csrfToken'] === 'string') this.csrfToken = json['csrfToken'];
    return { ...answer, json };
  }

  private keep({ headers }: HttpAnswer): void {
    for (const line of [headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
