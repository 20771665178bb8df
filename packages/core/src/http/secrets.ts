/**
 * Puts `***` in the place of every secret, also where it stands as JSON writes it: an answer may echo
 * what it was sent. Texts under 4 characters are too common to be looked for.
 */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let hidden = text;
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    const inJson = JSON.stringify(secret).slice(1, -1);
    hidden = hidden.replaceAll(`Bearer ${secret}`, "***").replaceAll(secret, "***");
    if (inJson !== secret) hidden = hidden.replaceAll(inJson, "***");
  }
  return hidden;
}
