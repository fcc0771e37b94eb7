/** Text from a schema, made fit to be shown: short, and without characters that a terminal would obey. */

/** A text of at most some characters, and `…` where there were more. */
export const clip = (text: string, longest = 40): string =>
  visible(text.length > longest ? `${text.slice(0, longest)}…` : text);

/** Each control character, and each that turns the direction of writing, replaced by `�`. */
export const visible = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "�");
