import { isMapping, maskSpec } from "@qizhi/core/internal";

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a spec, parted. */
export interface PartedFields {
  /** What a team's file may hold. */
  readonly shared: Fields;
  /** What looks like a secret, for its owner alone. */
  readonly own: Fields;
}

/** Whether a spec's fields hold what looks like a secret. */
export function holdsSecret(fields: Fields): boolean {
  return maskSpec(fields).masked > 0;
}

/** Parts fields into those that others may read and the rest; `envs` and `extra` name by name. */
export function partSecrets(fields: Fields): PartedFields {
  const shared: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    const isOwn = (part: unknown) => holdsSecret({ [key]: part });
    if (!isOwn(value)) shared[key] = value;
    else if (!isMapping(value)) own[key] = value;
    else {
      const parts = Object.entries(value);
      const secret = parts.filter(([name, held]) => isOwn({ [name]: held }));
      const open = parts.filter((part) => !secret.includes(part));
      own[key] = Object.fromEntries(secret);
      if (open.length > 0) shared[key] = Object.fromEntries(open);
    }
  }
  return { shared, own };
}
