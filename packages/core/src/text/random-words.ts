// Ids of jobs, workspaces and the like: their digits are random, and no secret.
const platformId =
  /(?<![A-Za-z\d])(?:[a-z]{2,10}-)?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?![A-Za-z\d])/gi;

/** Whether a whole value looks random, or a part of it where its parts are judged apart. */
export function isRandom(value: string): boolean {
  return /^[A-Za-z0-9+/_-]{32,}={0,2}$/.test(value) && toRandomParts(value).length > 0;
}

/** The random parts of a long word: ids of the platform end a part, and so does the `/` of a path. */
export function toRandomParts(word: string): string[] {
  if (word.length > 4096) return [];
  const parts = word.split(platformId).flatMap((part) => {
    const steps = part.split("/");
    return steps.some(isWordy) ? steps : part;
  });
  return parts.filter(isRandomPart);
}

/** Whether a step of a path is one or more words; base64 between two `/` hardly ever is. */
function isWordy(step: string): boolean {
  return step.length >= 4 && step.length / countStretches(step) > 2.5;
}

/** 32 hex digits or more, or letters and digits in turn. */
function isRandomPart(part: string): boolean {
  const digits = part.replace(/=+$/, "");
  if (digits.length < 32) return false;
  if (/^[0-9a-f]+$|^[0-9A-F]+$/.test(digits))
    return new Set(digits).size >= 8 && /\d/.test(digits) && /[a-f]/i.test(digits);
  if (!/\d/.test(digits) || !/[a-z]/.test(digits) || !/[A-Z]/.test(digits)) return false;
  // Words and paths have longer stretches of one kind of character.
  return digits.length / countStretches(digits) <= 2.1;
}

function countStretches(text: string): number {
  return text.match(/[a-z]+|[A-Z]+|\d+|[+/_-]+/g)?.length ?? 1;
}
