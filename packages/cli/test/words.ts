/**
 * English sentences in a text: three words in a row. Not counted: what is quoted (words of others),
 * commands in backticks or after `qizhi`, paths, and names.
 */
export function englishIn(text: string): string[] {
  const bare = text
    .replaceAll(/`[^`]*`|“[^”]*”|"[^"]*"/g, "·")
    .replaceAll(/\bqizhi( [\w@.<>[\]=-]+)+/g, "·")
    .replaceAll(/<[^>]*>|\[[^\]]*\]/g, "·")
    .replaceAll("Model Context Protocol", "·");
  return [...bare.matchAll(/[A-Za-z']+(?: [A-Za-z']+){2,}/g)].map(([sentence]) => sentence);
}
