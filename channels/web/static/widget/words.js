// Every word the widget itself says, by language. Names in braces are filled in by `say`.

const WORDS = {
  en: {
    open: "Chat with us",
    openUnread: "Chat with us, {count} unread",
    dialog: "Chat with {assistant}, automated assistant of {company}",
    byBot: "Automated assistant of {company}",
    byQueue: "A person from {company} will join you soon",
    byAgent: "You are talking with a person",
    close: "Close the chat",
    log: "Conversation",
    greeting:
      "Hello, I am {assistant}, the automated assistant of {company}. Ask me anything about " +
      "your order, delivery, returns or our products. You can ask for a person at any time.",
    label: "Your message",
    placeholder: "Write a message…",
    send: "Send",
    note: "{assistant} is automated and can be wrong. Ask for a person whenever you like.",
    privacy: "Privacy",
    you: "You",
    agent: "A person from {company}",
    typing: "{assistant} is writing",
    typingAgent: "A person is writing",
    sending: "Sending…",
    notSent: "Not sent",
    tryAgain: "Try again",
    refused: "This message could not be sent.",
    offline: "You are offline. What you write is kept and sent when you are back.",
    reconnecting: "Connecting again…",
    gone: "Your earlier chat has ended and can no longer be shown. This is a new one.",
    newMessages: "New messages",
    announced: "New message from {author}",
    left: "{count} characters left",
    today: "Today",
    yesterday: "Yesterday",
    newTab: "opens in a new tab",
    starters: "Suggestions",
  },
};

function makeSay(language, names) {
  const words = WORDS[language] || WORDS[language.split("-")[0]] || WORDS.en;
  return (key, values = {}) =>
    words[key].replace(/\{(\w+)\}/g, (_, name) => String({ ...names, ...values }[name] ?? ""));
}
