package com.aiprod.pipeline.video.script;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The request for a video with which a text begins, such as "Create a video about".
 *
 * @param title the topic that it names; empty if it names none
 * @param text the text after the request and its topic
 * @param language the language of the request
 */
record Request(String title, String text, ULocale language) {

    private record Form(ULocale language, Pattern pattern, boolean topic, boolean topicFirst) {}

    private static final Set<String> UNSPACED = Set.of("zh", "ja", "ko", "th");
    private static final Pattern TOKEN = Pattern.compile("\\(([^)]*)\\)|\\[([^\\[]*)]|(\\S+)");

    /** More than any request; the rest of a longer line is not searched. */
    private static final int LONGEST = 400;

    private static final Pattern QUOTES = Pattern.compile("^[\"“„«»‚'‘「『]\\s*(.+?)\\s*[\"”“«»'’」』]$");
    private static final Pattern SPLIT =
            Pattern.compile("^(.{2,80}?)\\s*[:：]\\s+(?=\\S)|^(.{2,80}?)[:：](?=\\p{IsHan}|\\p{IsHiragana})");
    private static final Pattern END = Pattern.compile("\\s*[.。।?？]+$");

    private static final List<Form> FORMS = new ArrayList<>();
    private static final Map<String, Set<String>> OTHER = new HashMap<>();

    static {
        for (String line : WordLists.lines("requests.txt")) {
            String language = line.substring(0, 2);
            String words = line.substring(3).strip();
            if (line.charAt(2) == '!') {
                OTHER.computeIfAbsent(language, key -> new HashSet<>()).addAll(List.of(words.split(" +")));
            } else {
                FORMS.add(new Form(
                        ULocale.forLanguageTag(language),
                        compiled(words, UNSPACED.contains(language)),
                        words.contains("TOPIC"),
                        !words.endsWith("TOPIC")));
            }
        }
    }

    /** Returns the request at the start of a text; empty if there is none, or if it is in doubt. */
    static Optional<Request> at(String content) {
        int end = content.indexOf('\n');
        String line = end < 0 ? content : content.substring(0, end);
        String rest = end < 0 ? "" : content.substring(end).strip();
        for (Form form : FORMS) {
            Optional<Request> request = form.topic() ? topic(form, line, rest) : text(form, line, rest);
            if (request.isPresent()) {
                return request;
            }
        }
        return Optional.empty();
    }

    private static Optional<Request> text(Form form, String line, String rest) {
        Matcher asked = form.pattern().matcher(" " + bounded(line));
        if (!asked.lookingAt()) {
            return Optional.empty();
        }
        String text = (line.substring(Math.min(asked.end() - 1, line.length())) + "\n" + rest).strip();
        return text.isEmpty() ? Optional.empty() : Optional.of(new Request("", unquoted(text), form.language()));
    }

    private static Optional<Request> topic(Form form, String line, String rest) {
        Matcher maybe = form.pattern().matcher(" " + bounded(line));
        if (!form.topicFirst() && !maybe.lookingAt()) {
            return Optional.empty();
        }
        String sentence = Sentences.of(bounded(line), form.language()).get(0);
        Matcher asked = form.pattern().matcher(" " + sentence.strip());
        if (sentence.length() >= LONGEST || !asked.matches()) {
            return Optional.empty();
        }
        String after = (line.substring(sentence.length()).strip() + "\n" + rest).strip();
        String topic = asked.group("topic").strip();
        String first = UCharacter.toLowerCase(form.language(), topic).split("[\\s,.;:!?]", 2)[0];
        if (OTHER.getOrDefault(form.language().getLanguage(), Set.of()).contains(first)) {
            return Optional.empty();
        }
        Matcher split = SPLIT.matcher(topic);
        if (split.find()) {
            after = (sentence.strip().substring(sentence.strip().indexOf(topic) + split.end()) + " " + after).strip();
            topic = split.group(1) == null ? split.group(2) : split.group(1);
        } else {
            topic = topic.replaceAll("\\s*[:：]$", "");
        }
        topic = unquoted(END.matcher(topic).replaceAll("").strip());
        return topic.isEmpty()
                ? Optional.empty()
                : Optional.of(new Request(capitalized(topic, form.language()), after, form.language()));
    }

    private static String bounded(String line) {
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST);
    }

    private static String unquoted(String text) {
        Matcher quoted = QUOTES.matcher(text);
        return quoted.matches() ? quoted.group(1) : text;
    }

    /** Unless the second letter says that the first is small on purpose, as in "iPhone". */
    private static String capitalized(String topic, ULocale language) {
        int first = topic.codePointAt(0);
        int length = Character.charCount(first);
        boolean named = topic.length() > length && UCharacter.isUpperCase(topic.codePointAt(length));
        return named
                ? topic
                : UCharacter.toTitleCase(language, topic.substring(0, length), null, UCharacter.TITLECASE_NO_LOWERCASE)
                        + topic.substring(length);
    }

    /** The regular expression of a form; every token takes the blank before it. */
    private static Pattern compiled(String form, boolean unspaced) {
        String blank = unspaced ? "\\s*" : "(?:\\s+|(?<=['’]))";
        StringBuilder pattern = new StringBuilder();
        Matcher token = TOKEN.matcher(form);
        while (token.find()) {
            if (token.group(1) != null) {
                pattern.append(blank).append(oneOf(token.group(1), blank));
            } else if (token.group(2) != null) {
                pattern.append("(?:")
                        .append(blank)
                        .append(oneOf(token.group(2), blank))
                        .append(",?)?");
            } else {
                switch (token.group(3)) {
                    case "~" -> pattern.append("(?:\\s+[^\\s.!?:…]{1,24}){0,5}?");
                    case ":" -> pattern.append("\\s*[:：]");
                    case "TOPIC" -> pattern.append("[:：]?").append(blank).append("(?<topic>\\S.*?)");
                    case "TEXT" -> pattern.append("[:：]?(?:\\s+|$)");
                    default -> pattern.append(blank).append(oneOf(token.group(3), blank));
                }
            }
        }
        if (form.contains("TOPIC")) {
            pattern.append("\\s*[.。।!！?？]*\\s*");
        }
        return Pattern.compile(
                pattern.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
    }

    private static String oneOf(String words, String blank) {
        List<String> choices = new ArrayList<>();
        for (String choice : words.split("\\|")) {
            List<String> quoted = new ArrayList<>();
            for (String word : choice.strip().split(" +")) {
                quoted.add(Pattern.quote(word).replace("'", "\\E['’]\\Q"));
            }
            choices.add(String.join(blank, quoted));
        }
        return "(?:" + String.join("|", choices) + ")";
    }
}
