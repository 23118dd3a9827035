/**
 * NATS could not carry a message. `no_responders`: nobody listens on the subject; `timeout`: no answer in time;
 * `disconnected`: there is no connection now; `unavailable`: JetStream cannot store it now; `refused`: JetStream
 * refused to store it; `overflow`: too much waits already; `gone`: what a message names is no longer kept. All but `refused` and
 * `gone` may pass.
 */
export class MessagingError extends Error {
  readonly retryable: boolean;

  constructor(
    readonly code: 'no_responders' | 'timeout' | 'disconnected' | 'refused' | 'overflow' | 'unavailable' | 'gone',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MessagingError';
    this.retryable = code !== 'refused' && code !== 'gone';
  }
}
