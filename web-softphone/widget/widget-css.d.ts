/** The build gives a stylesheet as its text. */
declare module '*.widget.css' {
  const text: string;
  export default text;
}
