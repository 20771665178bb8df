import { randomBytes, randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { uuidPattern } from "../../schemas/job-ref.ts";

const IdentitySchema = z.object({
  /** Marks its processes. */
  id: z.string().check(z.regex(new RegExp(`^${uuidPattern}$`))),
  /** Signs its tokens. */
  secret: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** Password of the account, unless one was given. */
  password: z.string().check(z.regex(/^[\w-]{16}$/)),
});

/** What a platform keeps about itself. */
export type Identity = z.infer<typeof IdentitySchema>;

/** Reads an identity; `undefined` when it is damaged. */
export function readIdentity(text: string): Identity | undefined {
  try {
    return z.safeParse(IdentitySchema, JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A new platform. */
export function createIdentity(): Identity {
  const password = randomBytes(12).toString("base64url");
  return { id: randomUUID(), secret: randomBytes(32).toString("hex"), password };
}
