import type { ClientEvent } from "@qizhi/core";

// One login renews a token that expired, a second and a third allow for bad luck.
const mostLogins = 3;

/** Ends a wait whose every new token is refused: logging in all day helps nobody. */
export interface LoginGuard {
  /** To be told of every event of the client. */
  note(event: ClientEvent): void;
  /** To be told of every poll that was answered. */
  noteAnswer(): void;
  /** Aborts after {@link mostLogins} logins without an answer in between. */
  readonly signal: AbortSignal;
}

/** Makes the guard of one wait. */
export function createLoginGuard(): LoginGuard {
  const controller = new AbortController();
  let logins = 0;
  return {
    signal: controller.signal,
    note(event) {
      if (event.type !== "login") return;
      logins += 1;
      if (logins > mostLogins) controller.abort();
    },
    noteAnswer() {
      logins = 0;
    },
  };
}
