const fileReasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read by this user",
  EPERM: "it may not be read by this user",
  ELOOP: "its symbolic links go round in a circle",
};

const jsonWants = {
  end_of_file: "the end of the file",
  comma_or_brace: "a comma or }",
  comma_or_bracket: "a comma or ]",
  entry: "another entry after the comma",
  key: "a key in double quotes",
  colon: "a colon after the key",
  value: "a value",
  closing_quote: "a closing quote",
  closing_quote_in_line: "a closing quote (write a line break as \\n)",
  escape: "an escape that JSON knows, such as \\n or \\\\",
};

/** What JSON wants at a place. */
export type JsonWant = keyof typeof jsonWants;

const blanks: Readonly<Record<string, string>> = {
  "U+00A0": "a no-break space",
  "U+3000": "a full-width space",
  "U+200B": "a zero-width space",
};

const lineEnds: Readonly<Record<string, string>> = {
  "U+000D": "a carriage return alone",
  "U+0085": "a next-line character",
  "U+2028": "a line separator",
  "U+2029": "a paragraph separator",
};

/** Rules about a spec's file and text, in English words. */
export const textRules = {
  file_unreadable: ({ reason, said }: { reason: string; said: string }) =>
    `cannot be read: ${fileReasons[reason] ?? said}`,
  file_too_large: () => "is over 1 MiB, too large for a job spec",
  too_many_tokens: ({ most }: { most: number }) =>
    `holds more than ${most} words and signs, too many for a job spec`,
  file_utf16: () => "is UTF-16 text; save it as UTF-8",
  file_not_utf8: () => "is not UTF-8 text",
  file_nul: () => "holds a NUL byte; it is not a text file",
  given_twice: ({ name }: { name: string }) => `"${name}" is given twice`,
  json_syntax: ({ wanted, found }: { wanted: JsonWant; found?: string | undefined }) => {
    const shown =
      found === undefined ? "the end of the file" : /^\w/.test(found) ? found : `"${found}"`;
    return `is not JSON: wanted ${jsonWants[wanted]}, found ${shown}`;
  },
  yaml_syntax: ({ said }: { reason: string; said: string }) => `is not YAML: ${said}`,
  yaml_two_colons: () =>
    'has a second ": " in one line; quote the whole text, or write it as a block after "|"',
  yaml_tab: () => "is indented with a tab; YAML wants spaces",
  yaml_sign: (params: { character: string; code: string; wanted: string }) =>
    `has ${params.character} (${params.code}) where YAML wants ${params.wanted}`,
  yaml_blank: ({ code, isEnd }: { code: string; isEnd: boolean }) => {
    const blank = `${blanks[code] ?? "a blank that is no space"} (${code})`;
    return isEnd
      ? `has ${blank} at its end, where it is part of the value; take it out`
      : `has ${blank} where YAML wants a space`;
  },
  yaml_line_end: ({ code }: { code: string }) =>
    `has ${lineEnds[code] ?? "a line break"} (${code}), which ends no line in YAML; write plain line breaks (LF)`,
  yaml_no_space: ({ key }: { key: string }) => `has no space after "${key}:"`,
  yaml_dash: () => 'has no space after "-"',
  merge_source: () => "is merged (<<) but is neither a mapping nor a list of mappings",
  yaml_second_document: () => 'begins a second document ("---"); a file holds one job',
  yaml_too_deep: () => "is nested too deeply",
  yaml_aliases: () => "repeats its aliases (*name) too often",
  yaml_alias_unknown: ({ name }: { name: string }) =>
    `uses *${name}, which no &${name} above it names`,
  yaml_alias_in_itself: ({ name }: { name: string }) => `uses *${name} inside itself`,
};
