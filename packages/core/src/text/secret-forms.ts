/** A part of a text, by its first index and the one after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

// Forms of well-known tokens and keys. A form begins at the start of a word, so that a text of many such
// starts is searched once and not once for each.
const tokenForms = [
  "hf_[A-Za-z0-9]{16,}",
  "gh[opsur]_[A-Za-z0-9]{20,}",
  String.raw`github_pat_\w{20,}`,
  String.raw`glpat-[\w-]{16,}`,
  String.raw`(?:sk|rk|pk)[-_][\w-]{16,}`,
  "(?:AKIA|ASIA)[0-9A-Z]{16}",
  "(?:LTAI|AKID)[0-9A-Za-z]{12,40}",
  String.raw`AIza[\w-]{30,}`,
  "(?:npm|pypi)[-_][A-Za-z0-9_-]{30,}",
  String.raw`xox[abeprs]-[\w-]{10,}`,
  String.raw`eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+`,
].join("|");
const token = new RegExp(String.raw`(?<![\w-])(?:${tokenForms})`, "g");
const privateKey =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?:[\s\S]*?-----END [A-Z ]{0,40}PRIVATE KEY-----|[\s\S]*)/g;
const bearer = /(?<=\b(?:Bearer|Basic) {1,4})[\w.+/=~-]{12,}/gi;
const urlPassword = /(?<=:\/\/[^\s/:@"']{0,200}:)[^\s/"'$<{*][^\s/"']*(?=@)/g;
/** A chat's webhook up to what everybody who knows it may post with. */
export const webhookStart = String.raw`\bhttps?:\/\/(?:hooks\.slack(?:-gov)?\.com\/\w{1,20}\/|open\.(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/(?:v2\/)?hook\/|(?:\w{1,20}\.)?discord(?:app)?\.com\/api\/webhooks\/|qyapi\.weixin\.qq\.com\/cgi-bin\/webhook\/\w{1,20}\?(?:[\w=]{0,60}&)?key=)`;
const webhook = new RegExp(`(?<=${webhookStart})[\\w/-]{8,}`, "g");
// Whoever has a signed URL may read.
const urlToken =
  /(?<=[?&](?:[\w-]{0,30}(?:token|secret|password|signature)|sig|(?:api|access|secret)[_-]?key)=)[^\s&"'#$<{*][^\s&"'#]{7,}/gi;

/** The parts of a text that have the form of a token, of a key or of a password in a URL. */
export function findTokens(text: string): Span[] {
  const hits = [privateKey, token, bearer, urlPassword, webhook, urlToken].flatMap((form) => [
    ...text.matchAll(form),
  ]);
  return merge(hits.map(({ 0: hit, index }) => ({ start: index, end: index + hit.length })));
}

/** Spans in their order, those that touch as one. */
export function merge(spans: readonly Span[]): Span[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}
