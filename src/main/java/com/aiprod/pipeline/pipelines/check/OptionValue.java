package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.NearName;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.util.TimeUtils;

/** What is wrong with the text of an option, for each kind of option; empty if nothing is. */
final class OptionValue {

    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+([.][0-9]+)?");

    private OptionValue() {}

    static Optional<String> ofBoolean(String name, String text) {
        return List.of("true", "false").contains(text.strip().toLowerCase(Locale.ROOT))
                ? Optional.empty()
                : Optional.of("'" + name + "' is '" + text + "', and not true or false.");
    }

    static Optional<String> ofNumber(String name, String text) {
        return NUMBER.matcher(text.strip()).matches()
                ? Optional.empty()
                : Optional.of("'" + name + "' is '" + text + "', and not a number.");
    }

    /** A duration has a unit, or is a number of milliseconds. */
    static Optional<String> ofDuration(String name, String text) {
        return isDuration(text)
                ? Optional.empty()
                : Optional.of(
                        "'" + name + "' is '" + text + "', and not a duration such as 5s or a number of milliseconds.");
    }

    /** @param allowed the only values; Camel ignores case, hyphens, and underscores in them */
    static Optional<String> ofEnum(String name, String text, List<String> allowed) {
        return allowed.stream().anyMatch(each -> plain(each).equals(plain(text)))
                ? Optional.empty()
                : Optional.of("'" + name + "' is '" + text + "': use " + String.join(", ", allowed) + "."
                        + NearName.suggest(text, allowed).orElse(""));
    }

    private static String plain(String word) {
        return word.strip().replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    static boolean isDuration(String text) {
        try {
            TimeUtils.toMilliSeconds(text.strip());
            return true;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return false;
        }
    }
}
