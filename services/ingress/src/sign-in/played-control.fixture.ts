import {
  MessageHeader,
  Subject,
  type ReplyError,
  type RoleGrant,
  type SessionCheck,
  type SessionState,
} from '#libs/contracts';
import type { Messaging } from '#libs/messaging';

/** What ingress asked control for. */
export interface Asked {
  readonly subject: string;
  readonly query: Record<string, unknown>;
}

/** Control's part in signing in, played on a real nats-server in the words of the contracts. */
export class PlayedControl {
  asked: Asked[] = [];
  /** What every question is refused with. */
  refusal: ReplyError | undefined;

  /** `answers`: by subject; what is asked for at any other has nobody who answers. */
  constructor(messaging: Messaging, answers: Readonly<Record<string, (query: Asked['query']) => object>>) {
    for (const [subject, answer] of Object.entries(answers))
      messaging.subscribe(subject, (message) => {
        const query = message.json() as Asked['query'];
        this.asked.push({ subject, query });
        if (message.reply === undefined) return;
        if (this.refusal)
          messaging.publish(message.reply, '', { headers: { [MessageHeader.error]: JSON.stringify(this.refusal) } });
        else messaging.publish(message.reply, JSON.stringify(answer(query)));
      });
  }

  /** As before the first question. */
  forget(): void {
    this.asked = [];
    this.refusal = undefined;
  }

  /** What was asked for that is not about a session that came along. */
  get askedBesides(): Asked[] {
    return this.asked.filter(({ subject }) => subject !== Subject.sessionCheck);
  }
}

/** The session of a person, an hour before its end. */
export function sessionStateOf(person: SessionState['person'], grants: RoleGrant[]): SessionState {
  const now = new Date().toISOString();
  const session = {
    object: 'session' as const,
    id: 'session_1',
    signedInBy: 'password',
    address: '10.0.0.1',
    userAgent: '',
    createdAt: now,
    lastSeenAt: now,
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  };
  return { session, person, grants };
}

/** The hash in a question about a session. */
export function hashIn(query: Asked['query']): SessionCheck['hash'] {
  return String(query['hash']);
}
