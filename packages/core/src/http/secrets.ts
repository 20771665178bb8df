// A token of any client, as it travels and as the platform makes them (wire-facts 1.5).
const tokens = /Bearer\s{1,100}[\w.~+/=-]{8,}|\beyJ[\w-]{8,}(?:\.[\w-]*)*/gi;

/**
 * Puts `***` in the place of every secret, also where it stands as JSON writes it, and of all that
 * looks like a token: an answer may echo what it was sent. Secrets under 4 characters are too common
 * to be looked for.
 */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let hidden = text;
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    const inJson = JSON.stringify(secret).slice(1, -1);
    hidden = hidden.replaceAll(`Bearer ${secret}`, "***").replaceAll(secret, "***");
    if (inJson !== secret) hidden = hidden.replaceAll(inJson, "***");
  }
  return hidden.replace(tokens, "***");
}
