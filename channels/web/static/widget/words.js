// What the widget itself says. A language is one file in words/; names in braces are filled in.

// The first of the wanted languages that there are words in: German for "de-AT", English for none.
function chooseLanguage(wanted) {
  for (const language of wanted) {
    const [whole, base] = [language.toLowerCase(), language.toLowerCase().split("-")[0]];
    const known = [whole, base].find((one) => Object.hasOwn(WORDS, one));
    if (known) return known;
  }
  return "en";
}

function makeSay(language, names) {
  return (key, values = {}) =>
    WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => String({ ...names, ...values }[name] ?? ""));
}

// How times are written: as the visitor does, as long as that is the widget's language.
function makeClock(language, say) {
  const own = navigator.languages.find((one) => one.split("-")[0] === language.split("-")[0]);
  const format = (at, parts) => new Intl.DateTimeFormat(own || language, parts).format(at);
  const clock = { hour: "numeric", minute: "2-digit" };
  return {
    time: (at) => format(at, clock),
    day: (at) => format(at, { weekday: "long", day: "numeric", month: "long" }),
    // Minutes of a day, and a weekday from Monday 0, in whatever zone they are meant.
    minute: (minute) => format(new Date(minute * 60000), { ...clock, timeZone: "UTC" }),
    weekday: (day) => format(new Date(Date.UTC(2024, 0, 1 + day)), { weekday: "long", timeZone: "UTC" }),
    span: (minutes) => {
      if (minutes < 60 || minutes === 90) return say(minutes === 1 ? "minute" : "minutes", { count: minutes });
      return say(minutes < 120 ? "hour" : "hours", { count: Math.ceil(minutes / 60) });
    },
    moment: (at) => {
      const days = Math.round((startOfDay(at) - startOfDay(new Date())) / 86400000);
      if (days < 2) return say(days ? "tomorrowAt" : "todayAt", { time: format(at, clock) });
      const near = days < 7 ? { weekday: "long" } : { weekday: "long", day: "numeric", month: "long" };
      return say("dayAt", { day: format(at, near), time: format(at, clock) });
    },
    size: (bytes) => {
      const [amount, unit] = bytes < 1e6 ? [Math.ceil(bytes / 1024), "kilobyte"] : [bytes / 1048576, "megabyte"];
      const parts = { style: "unit", unit, maximumFractionDigits: amount < 10 ? 1 : 0 };
      return new Intl.NumberFormat(own || language, parts).format(amount);
    },
  };
}

function startOfDay(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
