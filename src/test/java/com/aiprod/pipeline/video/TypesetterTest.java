package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.video.FontBook.Face;
import com.aiprod.pipeline.video.Typesetter.Block;
import com.aiprod.pipeline.video.Typesetter.Box;
import com.aiprod.pipeline.video.Typesetter.Line;
import com.aiprod.pipeline.video.script.StyledText;
import com.ibm.icu.util.ULocale;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypesetterTest {

    private static final Box BOX = new Box(600, 640, 5, 112, 44, 1.15);

    @Test
    void setsAShortTextAtTheLargestSize() throws Exception {
        Block block = set("en", "Hello");

        assertThat(block.lines()).extracting(Line::text).containsExactly("Hello");
        assertThat(block.size()).isEqualTo(BOX.largest());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en|Roasted in small batches, delivered within two days of your order, and then tasted.",
                "ja|それは、まだ誰も知らない物語の始まりだった。",
                "th|กาแฟที่หอมเหมือนเช้าวันอาทิตย์คั่วสดใหม่ทุกวันเพื่อคุณ",
                "ar|القهوة التي تشبه صباح الجمعة نحمّصها كل يوم بعناية",
                "de|Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
                "en|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            })
    void keepsEveryTextInItsBoxWithAllLetters(String language, String text) throws Exception {
        Block block = set(language, text);

        assertThat(block.width()).isLessThanOrEqualTo(BOX.width() + 1);
        assertThat(block.height()).isLessThanOrEqualTo(BOX.height());
        String together = String.join("", block.lines().stream().map(Line::text).toList());
        assertThat(together.replaceAll("[ -]", "")).isEqualTo(text.replaceAll("[ -]", ""));
    }

    @Test
    void hangsABracketByItsInk() throws Exception {
        Block wide = set("ja", "「しずく」");
        Block narrow = set("de", "„Leise“");

        assertThat(left(wide, 0)).isBetween(-0.32 * wide.size(), -0.1 * wide.size());
        assertThat(left(narrow, 0)).isBetween(-0.45 * narrow.size(), -0.1 * narrow.size());
    }

    @Test
    void indentsTheFurtherLinesOfAnItem() throws Exception {
        Block block = set("de", "• Zwetschgendatschi mit Sahne und Zimt, freitags und samstags");

        assertThat(block.lines()).hasSizeGreaterThan(1);
        assertThat(left(block, 0)).isBetween(-1.0, 1.0);
        assertThat(left(block, 1)).isGreaterThan(0.4 * block.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "• Zwetschgendatschi (Fr. & Sa.): 2,75 €",
                "• https://www.example.com/spring-sale/women",
                "• Schwarzwälderkirschtorte\n• Brezel\n• Käse",
                "1. Zwetschgendatschi backen\n2. Essen",
            })
    void leavesNoMarkerAloneOnItsLine(String text) throws Exception {
        Block block = set("de", text);

        assertThat(block.lines()).extracting(Line::text).noneMatch(line -> line.matches("•|\\d\\."));
        assertThat(block.width()).isLessThanOrEqualTo(BOX.width() + 1);
    }

    private static double left(Block block, int line) {
        return block.lines().get(line).outline().getBounds2D().getMinX();
    }

    @Test
    void leavesNoShortWordAloneOnTheLastLine() throws Exception {
        String text = "He bought the land for forty crowns and a cow.\nHe built for three summers.";
        Box box = new Box(720, 492, 4, 78, 38, 1.2);
        Block block = new Typesetter(new FontBook(Face.CALM, ULocale.ENGLISH), ULocale.ENGLISH, false)
                .set(StyledText.of(text), box);

        assertThat(block.lines()).extracting(Line::text).last().asString().contains(" summers.");
    }

    @Test
    void balancesTheLines() throws Exception {
        Block block = set("en", "Every motor is tuned by hand, then listened to for an hour.");

        assertThat(block.lines()).hasSizeBetween(3, 5);
        assertThat(block.lines()).allMatch(line -> line.width() > block.width() * 0.6);
    }

    @ParameterizedTest
    @CsvSource({
        "Elektroinstallateure, Elektro-",
        "Donaudampfschifffahrtsgesellschaft, Donaudampf-",
        "Weihnachtsgeschenkverpackung, Weihnachts-",
        "Sommerschlussverkaufsangebote, Sommer-",
    })
    void cutsACompoundAtItsJoint(String word, String line) throws Exception {
        assertThat(set("de", word).lines()).extracting(Line::text).first().isEqualTo(line);
    }

    @Test
    void hyphenatesAWordOnlyIfItWouldBeTooSmall() throws Exception {
        assertThat(set("de", "Rindfleischetikettierungsüberwachungsaufgabe").lines())
                .hasSizeGreaterThan(1)
                .first()
                .satisfies(line -> assertThat(line.text()).endsWith("-"));
        assertThat(set("de", "Sonntagmorgen").lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Donau\u00ADdampf\u00ADschiff\u00ADfahrts\u00ADgesell\u00ADschaft",
                "Die Donau\u00ADdampf\u00ADschiff\u00ADfahrts\u00ADgesell\u00ADschaft fährt seit dem Jahr 1829",
                "\u00ADDonau\u00AD\u00ADdampf\u00ADschiff\u00ADfahrts\u00ADgesell\u00ADschaft\u00AD und mehr\u00AD",
            })
    void splitsALongWordAtItsSoftHyphensOnly(String text) throws Exception {
        Set<String> ends = Set.of("Donau", "dampf", "schiff", "fahrts", "gesell", "schaft");
        List<String> lines = set("de", text).lines().stream().map(Line::text).toList();

        assertThat(lines).hasSizeGreaterThan(1).noneMatch(line -> line.contains("\u00AD"));
        assertThat(lines)
                .filteredOn(line -> line.endsWith("-"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(ends).anyMatch(end -> line.endsWith(end + "-")));
        // Lines without a hyphen end with a whole word.
        String together = String.join(" ", lines).replace("- ", "");
        assertThat(together).isEqualTo(text.replace("\u00AD", ""));
    }

    @Test
    void doesNotSplitAShortWord() throws Exception {
        assertThat(set("de", "Sonn\u00ADtag\u00ADmorgen").lines())
                .extracting(Line::text)
                .containsExactly("Sonntagmorgen");
    }

    @Test
    void aSplitWordLeavesNoSingleLetterAndNoFinalHyphen() throws Exception {
        List<Line> lines = set("en", "a".repeat(112)).lines();

        assertThat(lines).hasSizeGreaterThan(1).allMatch(line -> line.text().length() > 2);
        assertThat(lines.get(lines.size() - 1).text()).doesNotEndWith("-");
    }

    @Test
    void keepsChineseWordsAndJapanesePhrasesWhole() throws Exception {
        assertThat(LineBreaks.phrases("从一杯咖啡开始", ULocale.CHINA)).contains("咖啡");
        assertThat(LineBreaks.phrases("音を聞いた。", ULocale.JAPAN)).containsExactly("音を", "聞いた。");
    }

    @Test
    void takesTheDirectionOfTheFirstLetter() throws Exception {
        assertThat(set("he", "שלום Camel").rightToLeft()).isTrue();
        assertThat(set("he", "Camel שלום").rightToLeft()).isFalse();
        assertThat(set("ar", "2026 مرحبا").rightToLeft()).isTrue();
    }

    private static Block set(String language, String text) throws InterruptedException {
        ULocale locale = ULocale.forLanguageTag(language);
        return new Typesetter(new FontBook(Face.LOUD, locale), locale, false).set(StyledText.of(text), BOX);
    }
}
