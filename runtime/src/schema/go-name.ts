/** The name on the Go side where `@go` gives no other: PascalCase without initialisms, `user_id` is UserId. */
export function goName(name: string): string {
  return name.split("_").map(raise).join("");
}

function raise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
