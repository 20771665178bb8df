import type { Client } from "@qizhi/core";
import type { Journal } from "@qizhi/core/journal";
import { quoteCommand } from "@qizhi/core/internal";

/** What names the platform of a command, also without a login. */
export interface Platform {
  readonly client: Pick<Client, "baseUrl">;
}

/** The platform that a command works with, whether it is remote or was started for the command. */
export interface Connection {
  readonly client: Client;
  /** Records what is submitted here. Opened on use: a command that needs none works without a home folder. */
  readonly journal: Journal;
  /** When the login expires, epoch ms, where no password can renew it. */
  readonly loginEndsAt?: number | undefined;
  readonly username?: string | undefined;
  /** The flags of the command line that chose the platform and the login. */
  readonly flags?: readonly string[];
  /** Whether jobs go on, and can be waited for and stopped, after the command has ended. */
  readonly keepsJobs: boolean;
  /** Folder of what each node of a job prints, where the platform runs here. */
  logFolder?(jobId: string): string;
  dispose(): Promise<void>;
}

/** A command line for a shell that is about the same platform, by the same login. */
export function toCommand({ flags = [] }: Pick<Connection, "flags">, ...words: string[]): string {
  return quoteCommand(["qizhi", ...words, ...flags]);
}
