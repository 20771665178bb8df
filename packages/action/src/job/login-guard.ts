import type { ClientEvent } from "@qizhi/core";

// One login renews a token that expired, a second and a third allow for bad luck.
const mostLogins = 3;

/** Ends a wait whose every new token is refused: logging in all day helps nobody. */
export type LoginGuard = ReturnType<typeof createLoginGuard>;

/** Makes the guard of one wait. */
export function createLoginGuard() {
  const controller = new AbortController();
  let logins = 0;
  return {
    /** Aborts after {@link mostLogins} logins without an answer in between. */
    signal: controller.signal,
    /** To be told of every event of the client. */
    note(event: ClientEvent): void {
      if (event.type !== "login") return;
      logins += 1;
      if (logins > mostLogins) controller.abort();
    },
    /** To be told of every poll that was answered. */
    noteAnswer(): void {
      logins = 0;
    },
  };
}
