import { expect, test } from "vitest";
import { toAccessToken } from "../client/access-token.ts";
import { classifyStatus } from "../jobs/phase.ts";
import { readDuration, readTime } from "../jobs/times.ts";
import { toPlatformKey } from "../journal/platform-key.ts";
import { readLine } from "../journal/journal-file.ts";
import { toJournalView } from "../journal/view.ts";
import { readMessage } from "../schemas/envelope.ts";
import { toHtmlLink } from "../text/markup.ts";
import { toCsv, toMarkdown } from "../sweep/result/result-text.ts";
import { makeRows } from "../sweep/result/rows.fixture.ts";
import { findSlow } from "../text/linear.fixture.ts";
import { excerpt, visibleText } from "../text/text.ts";
import { proxyFor } from "../transport/proxy/proxy.ts";
import { readBaseUrl } from "../client/create-client.ts";
import { describeBody, isLoginRedirect } from "./body.ts";
import { retryAfterMs } from "./retry.ts";
import { Secrets } from "./secrets.ts";

// What is done to texts of the platform, and what such texts may repeat.
const secrets = new Secrets("s3cr&t<>pa55", "some.token-0123456789");
const uses: Record<string, (text: string) => unknown> = {
  "a page": (text) => describeBody(200, `<${text}`, "cut_off", secrets),
  "another text": (text) => describeBody(200, text, "cut_off", secrets),
  "hidden secrets": (text) => secrets.hideAll(text),
  "hidden secrets beside one": (text) => secrets.hideAll(`${text}s3cr`),
  "an excerpt": (text) => excerpt(text),
  "visible text": visibleText,
  "a token": (text) => toAccessToken(text, undefined),
  words: (text) => readMessage({ message: text }),
  "Retry-After": (text) => retryAfterMs(text, text),
  "times and a status": (text) => [readTime(text, 0), readDuration(text), classifyStatus(text)],
  "the platform of a line": (text) => toPlatformKey(`https://a/${text}`),
  "a line of the journal": (text) => [readLine(text), toJournalView(text, [text, "a"])],
  "the address of a platform": (text) => readBaseUrl(`https://a/${text.replaceAll(/[#?]/g, "")}`),
  "a proxy and who goes without": (text) => [
    proxyFor("https://a.b", { NO_PROXY: text }),
    isProxy(text),
    isProxy(`socks5://${text}`),
  ],
  "a table of results": (text) => [
    toCsv([{ ...makeRows(1)[0]!, name: text, reason: text }], []),
    toMarkdown([{ ...makeRows(1)[0]!, name: text, reason: text }], []),
  ],
  "a link of a report": (text) => toHtmlLink(text, `https://${text}`),
  "a redirect": (text) => isLoginRedirect(302, text, "http://127.0.0.1/"),
};
/** Whether a text is taken for the address of a proxy. */
function isProxy(text: string): boolean {
  try {
    return proxyFor("https://a.b", { HTTPS_PROXY: text }).server !== undefined;
  } catch {
    return false;
  }
}

const repeated = [
  ...'<title|< title|eyJ|eyJa.|Bearer |Bearer x|a|.|\\|\\u0026|%41|&amp;|&|*|/login|s3cr|s3cr%26|,|:|[|/|//|a.|"id":"a"|{"attempt":|-'.split(
    "|",
  ),
  " ",
  "\n",
  "\u202e",
  "0",
  `Bearer${" ".repeat(99)}`,
];

test.each(Object.entries(uses))(
  "%s takes a time that grows with the text alone",
  { timeout: 60_000 },
  (_name, use) => expect(findSlow(use, repeated)).toEqual([]),
);
