import { inputError, type InputError } from "../../errors/input-errors.ts";
import { TransportError } from "../connection/transport-error.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Refuses to go on where `NODE_TLS_REJECT_UNAUTHORIZED=0` turns the check of certificates off for the whole
 * process. The built-in transport checks them all the same; a front end says so before anything is sent.
 * @throws {InputError}
 */
export function requireTlsCheck(env: Env): void {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") throw inputError("tls_check_off");
}

/** What is wrong with the file that QIZHI_CA_FILE names, if anything. */
export async function findCaProblem(env: Env): Promise<InputError | undefined> {
  if (!env["QIZHI_CA_FILE"]) return undefined;
  const { createTrust } = await import("../connection/trust.ts");
  try {
    createTrust(undefined, env["QIZHI_CA_FILE"]);
    return undefined;
  } catch (error) {
    if (error instanceof TransportError && error.input) return error.input;
    throw error;
  }
}
