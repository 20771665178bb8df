import { hasSecretName, looksSecret, maskSecrets, maskTokens } from "../text/looks-secret.ts";

type Hide = (text: string) => string;

/**
 * A copy of a spec for a log: `***` in the place of every variable, and of every part of its command and other
 * texts and every number, that looks like a password, a token or a key.
 * @param hide masks in a text what else is secret.
 * @returns the copy and how many values were masked.
 */
export function maskSpec<Spec>(
  spec: Spec,
  hide: Hide = (text) => text,
): { readonly shown: Spec; readonly masked: number } {
  let masked = 0;
  const show = (value: unknown, key: string, isVariable: boolean): unknown => {
    if (typeof value === "string" || typeof value === "number") {
      const isText = typeof value === "string";
      const shown = isText ? hide(maskText(value, key, isVariable)) : maskNumber(value, key, hide);
      if (shown !== value) masked += 1;
      return shown;
    }
    if (typeof value !== "object" || value === null) return value;
    const isEnvs = isVariable || key === "envs";
    if (Array.isArray(value)) return value.map((entry) => show(entry, key, isEnvs));
    const own = "name" in value && typeof value.name === "string" ? value.name : "value";
    const entries = Object.entries(value).map(([name, held]) => {
      return [name, show(held, name === "value" ? own : name, isEnvs)];
    });
    return Object.fromEntries(entries);
  };
  // The mask changes no shape.
  return { shown: show(spec, "", false) as Spec, masked };
}

function maskText(text: string, key: string, isVariable: boolean): string {
  const isWhole = isVariable || hasSecretName(key);
  if (isWhole && looksSecret(key, text)) return "***";
  return key === "command" ? maskSecrets(text) : maskTokens(text);
}

function maskNumber(value: number, key: string, hide: Hide): number | string {
  const text = String(value);
  const isSecret = (hasSecretName(key) && looksSecret(key, text)) || hide(text) === "***";
  return isSecret ? "***" : value;
}
