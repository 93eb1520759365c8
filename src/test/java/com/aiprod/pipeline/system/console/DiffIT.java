package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** diff.js, in the browser that runs it. */
@ConsoleTest
class DiffIT {

    private static final String LINES = "const [before, after] = [...arguments].map(it => it.replaceAll('/', '\\n'));"
            + "return import('/console/diff.js').then(it => it.lines(before, after))";

    private static final String AS_TEXT =
            ".then(all => all.map(it => ({same: ' ', gone: '-', new: '+'})[it.kind] + it.text).join('/'))";

    private final Browser browser;

    DiffIT(Browser browser) {
        this.browser = browser;
    }

    @BeforeEach
    void openTheConsole() {
        browser.open();
    }

    /** A slash stands for the end of a line. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "''|''|''",
                "a/b/c|a/b/c| a/ b/ c",
                "''|a/b|+a/+b",
                "a/b|''|-a/-b",
                "a/b|x/y|-a/-b/+x/+y",
                "a/c|a/b/c| a/+b/ c",
                "a/b/c|a/c| a/-b/ c",
                "a/b/c|a/x/c| a/-b/+x/ c",
                "a/b/a/b|a/b| a/ b/-a/-b",
                "a/b/c/a/b/b/a|c/b/a/b/a/c|-a/-b/ c/+b/ a/ b/-b/ a/+c",
                "a/b/|a/b| a/ b",
                "a//b|a/b| a/-/ b",
                "é/日本|e/日本|-é/+e/ 日本"
            })
    void showsWhatHasChanged(String before, String after, String expected) {
        assertThat(browser.<String>script(LINES + AS_TEXT, before, after)).isEqualTo(expected);
    }

    @Test
    void numbersTheLinesOfBoth() {
        assertThat(browser.<String>script(
                        LINES + ".then(all => all.map(it => it.before + ':' + it.after).join(' '))",
                        "a/b/c",
                        "a/x/y/c"))
                .isEqualTo("1:1 2:null null:2 null:3 3:4");
    }

    @Test
    void showsThreeLinesAroundEachChange() {
        String hunks = browser.script(
                "const text = (...changed) => Array.from({length: 30}, (_, i) => changed.includes(i) ? 'x' : 'line ' + i).join('\\n');"
                        + "return import('/console/diff.js').then(it => it.hunks(text(), text(5, 25))"
                        + ".map(hunk => hunk[0].before + '-' + hunk.at(-1).before).join(' '))");
        assertThat(hunks).isEqualTo("3-9 23-29");
        assertThat(browser.<Long>script("return import('/console/diff.js').then(it => it.hunks('a', 'a').length)"))
                .isZero();
    }

    /** Each text is in the differences as it is, also where there are too many to look for the fewest. */
    @Test
    void losesNoLineOfEither() {
        Boolean complete = browser.script("return import('/console/diff.js').then(it => {"
                + " let seed = 7; const random = most => (seed = seed * 48271 % 2147483647) % most;"
                + " const text = (lines, kinds) => Array.from({length: lines}, () => 'line ' + random(kinds)).join('\\n');"
                + " const pairs = Array.from({length: 50}, () => [text(1 + random(40), 6), text(1 + random(40), 6)]);"
                + " pairs.push([text(1500, 100000), text(1500, 100000)]);"
                + " return pairs.every(([before, after]) => { const all = it.lines(before, after);"
                + "  return all.filter(one => one.kind !== 'new').map(one => one.text).join('\\n') === before"
                + "   && all.filter(one => one.kind !== 'gone').map(one => one.text).join('\\n') === after })})");
        assertThat(complete).isTrue();
    }
}
