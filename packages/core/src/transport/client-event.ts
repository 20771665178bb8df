import type { KnownError } from "../errors/errors.ts";

/** Something a client reports while it works; for logs. Holds no secret. */
export type ClientEvent =
  | { type: "request"; operation: string; attempt: number }
  | { type: "answer"; operation: string; attempt: number; status: number; ms: number }
  | {
      type: "retry";
      operation: string;
      attempt: number;
      /** The pause before the next attempt. */
      delayMs: number;
      /** What the platform asked for, where that is more than 10 s. */
      askedMs?: number;
      error: KnownError;
    }
  | { type: "login"; host: string }
  /** The name of a host, of the platform or of a proxy, is not resolved after some seconds. */
  | { type: "slow_name"; host: string }
  /** The token store failed; the call goes on without it. */
  | { type: "store"; action: "read" | "write" | "remove"; error: unknown };
