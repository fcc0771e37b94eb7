/** What stands between two tokens. Lines end with LF, CR LF or CR. */

/** Whether a line ends in a text. */
export const hasLineBreak = (text: string): boolean => /[\n\r]/.test(text);

/** Whether there is a line in a text with nothing in it. */
export const hasBlankLine = (text: string): boolean => /(?:\r\n|\r(?!\n)|\n)[ \t]*[\n\r]/.test(text);
