import { encodedForms } from "@qizhi/runner-emulator";

/** Finds passwords and tokens, raw and encoded, and authorization headers in texts, by place. */
export function findLeaks(
  texts: Readonly<Record<string, string>>,
  secrets: readonly string[],
): string[] {
  const forms = secrets.flatMap((secret) => encodedForms(secret));
  return Object.entries(texts).flatMap(([place, text]) => {
    const found = forms.some((form) => text.includes(form));
    const isHeader = /bearer\s/i.test(text) || /hunter2|eyJ[\w-]{10}/.test(text);
    return found || isHeader ? [`a secret shows in ${place}`] : [];
  });
}
