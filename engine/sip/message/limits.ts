/** How much of a message is looked at before it is refused. Sizes are bytes. */
export interface MessageLimits {
  /** A whole message: start line, header fields and body. */
  maxMessageBytes: number;
  maxHeaderFields: number;
  /** One header field, folded lines included. */
  maxHeaderBytes: number;
}

export const defaultMessageLimits: MessageLimits = {
  maxMessageBytes: 65_536,
  maxHeaderFields: 256,
  maxHeaderBytes: 8_192,
};
