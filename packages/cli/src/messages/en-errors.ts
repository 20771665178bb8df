import type { ConnectionError, ErrorFacts, QizhiError, SpecIssue } from "@qizhi/core";
import type { Said } from "@qizhi/core/internal";

import { excerpt } from "@qizhi/core/internal";

/** English texts of the library's errors: its own words, as they are. */
export const errors = {
  /** What an error says. */
  say: ({ summary, hint }: QizhiError): Said => ({ summary, hint }),
  /** Why an outcome is not known: in English, as the journal has it. */
  sayReason: ({ reason = "" }: { reason?: string | undefined; cause?: ErrorFacts | undefined }) =>
    excerpt(reason, 300),
  /** Why no answer came, in a part of a sentence, and the next step where it is a special one. */
  sayWhy: ({ why }: ConnectionError): Said => why,
  /** What a problem of a spec says. */
  sayIssue: ({ message }: SpecIssue): string => message,
  /** What brought a problem in, as typed. */
  override: (override: string): string => override,
};
