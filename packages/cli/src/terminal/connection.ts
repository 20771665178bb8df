import type { Client } from "@qizhi/core";
import type { LocalPlatform } from "@qizhi/core/local";

/** The platform a command works with. */
export interface Connection {
  readonly client: Client;
  /** When the login expires, epoch ms, where no password is there to renew it. */
  readonly loginEndsAt?: number | undefined;
  /** The login name, where it is known. */
  readonly username?: string | undefined;
  /** Set when it was started for this command. */
  readonly local?: LocalPlatform;
  dispose(): Promise<void>;
}
