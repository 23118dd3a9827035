import type { IssuerList, SessionState } from '#libs/contracts';

/** The one style of these pages; the policy of the pages names its hash. */
export const PAGE_STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:10vh auto 2rem;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.4rem}label{display:block;margin:1rem 0 .25rem}
input{width:100%;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #8c959f;border-radius:6px;color:inherit;background:inherit}
button,.button{display:block;width:100%;box-sizing:border-box;margin:1rem 0 0;padding:.6rem;font:inherit;text-align:center;text-decoration:none;border:1px solid #0550ae;border-radius:6px;cursor:pointer;color:#fff;background:#0550ae}
.button{color:#0550ae;background:#fff}p.error{padding:.5rem .75rem;border:1px solid #cf222e;border-radius:6px;color:#a40e26}
main{padding:1.5rem;border:1px solid #d0d7de;border-radius:10px}h1{margin:0 0 1rem}p.brand{margin:0 0 .25rem;color:#57606a;font-weight:600}
p.hint{margin:.25rem 0 0;font-size:.875rem;color:#57606a}p.or{margin:1.25rem 0 0;text-align:center;color:#57606a}
button:hover{background:#033d8b}.button:hover{background:#f6f8fa}:focus-visible{outline:3px solid #54aeff;outline-offset:2px}
li,p{overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){main{border-color:#30363d}p.brand,p.hint,p.or{color:#9198a1}input{border-color:#6e7681}.button:hover{background:#161b22}body{color:#e6edf3;background:#0d1117}.button{color:#58a6ff;background:#0d1117}p.error{color:#ff7b72}}`;

/** What people are told of a refusal; anything else has one sentence, so that nobody's words get onto the page. */
const WORDS: Readonly<Record<string, string>> = {
  invalid_credentials: 'The mail address or the password is wrong.',
  too_many_attempts: 'There were too many attempts. Try again later.',
  weak_password: 'Choose a password of at least 12 characters that is not easy to guess.',
  password_required: 'Choose a password.',
  invalid_invitation: 'The invitation is not known, was used or has expired. Ask for a new one.',
  sign_in_first: 'You have a password already: sign in with it, then accept the invitation without choosing another.',
  sign_in_expired: 'The sign-in took too long or was begun in another browser. Begin again.',
  sign_in_refused: 'Your identity provider did not let you in.',
  issuer_unavailable: 'The identity provider does not answer now. Try again in a moment.',
  unknown_issuer: 'That identity provider is not known here.',
  email_not_verified: 'Your identity provider does not vouch for your mail address.',
  not_a_member: 'You are not a member of any organization here. Ask an admin to add your mail address.',
  account_disabled: 'The account is disabled.',
  invalid_parameter: 'Fill in every field with what it asks for.',
  csrf_token_required: 'The page was too old. Open it again, then sign out.',
  session_ended: 'The session has ended. Sign in again.',
};

interface SignInPage extends IssuerList {
  readonly returnTo: string;
  /** The code of what went wrong before. */
  readonly error?: string;
}

export function signInPage({ issuers, returnTo, error }: SignInPage): string {
  const target = escaped(returnTo);
  const others = issuers.map(
    ({ name, label }) =>
      `<a class="button" href="/auth/oidc/${escaped(name)}/start?return_to=${escaped(encodeURIComponent(returnTo))}">Sign in with ${escaped(label)}</a>`,
  );
  return pageOf(
    'Sign in',
    `${told(error)}<form method="post" action="/auth/sign-in"><input type="hidden" name="return_to" value="${target}">
<label for="email">Mail address</label><input id="email" name="email" type="email" autocomplete="username" required autofocus>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button></form>${others.length > 0 ? `<p class="or">or</p>${others.join('\n')}` : ''}`,
  );
}

/** `csrfToken`: where somebody is signed in, so that they can join by what they are. */
export function invitationPage(error: string | undefined, csrfToken: string | undefined): string {
  const session =
    csrfToken === undefined ? '' : `<input type="hidden" name="csrf_token" value="${escaped(csrfToken)}">\n`;
  return pageOf(
    'Accept an invitation',
    `${told(error)}<form method="post" action="/auth/invitations/accept">
${session}<label for="token">Invitation</label><input id="token" name="token" autocomplete="off" spellcheck="false" required autofocus>
<label for="password">New password</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="12" aria-describedby="hint">
<p class="hint" id="hint">At least 12 characters. Leave it empty where you are signed in and have a password already.</p>
<button>Accept</button></form>`,
  );
}

/** `csrfToken`: what only a page of this session can know. */
export function accountPage({ person, grants }: SessionState, csrfToken: string, error?: string): string {
  const roles = grants.map(
    ({ role, organization, project }) =>
      `<li>${escaped(role)} of ${escaped(project === undefined ? organization : `${organization}/${project}`)}</li>`,
  );
  return pageOf(
    'Signed in',
    `${told(error)}<p>You are signed in as ${escaped(person.email)}.</p>${roles.length > 0 ? `<ul>${roles.join('')}</ul>` : '<p>You have no role here.</p>'}
<form method="post" action="/auth/sign-out/page"><input type="hidden" name="csrf_token" value="${escaped(csrfToken)}">
<button>Sign out</button></form>`,
  );
}

function told(error: string | undefined): string {
  if (error === undefined) return '';
  const words = Object.hasOwn(WORDS, error) ? WORDS[error] : undefined;
  return `<p class="error" role="alert">${escaped(words ?? 'That did not work. Try again.')}</p>`;
}

function pageOf(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} – Switchyard</title><style>${PAGE_STYLE}</style></head><body><main><p class="brand">Switchyard</p><h1>${title}</h1>
${content}</main></body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
