import {
  findSecrets,
  hasSecretName,
  looksSecret,
  maskSpans,
  maskTokens,
} from "../text/looks-secret.ts";

/**
 * A copy of a spec for a log: `***` in the place of every variable, and of every part of its command and other
 * texts, that looks like a password, a token or a key.
 * @returns the copy and how many texts were masked.
 */
export function maskSpec<Spec>(spec: Spec): { readonly shown: Spec; readonly masked: number } {
  let masked = 0;
  const show = (value: unknown, key: string, isVariable: boolean): unknown => {
    if (typeof value === "string") {
      const shown = maskText(value, key, isVariable);
      if (shown !== value) masked += 1;
      return shown;
    }
    if (typeof value !== "object" || value === null) return value;
    const isEnvs = isVariable || key === "envs";
    if (Array.isArray(value)) return value.map((entry) => show(entry, key, isEnvs));
    const own = "name" in value && typeof value.name === "string" ? value.name : "";
    const entries = Object.entries(value).map(([name, held]) => {
      return [name, show(held, isEnvs && name === "value" ? own : name, isEnvs)];
    });
    return Object.fromEntries(entries);
  };
  // The mask changes no shape.
  return { shown: show(spec, "", false) as Spec, masked };
}

function maskText(text: string, key: string, isVariable: boolean): string {
  const isWhole = isVariable || hasSecretName(key);
  if (isWhole && looksSecret(key, text)) return "***";
  return key === "command" ? maskSpans(text, findSecrets(text)) : maskTokens(text);
}
