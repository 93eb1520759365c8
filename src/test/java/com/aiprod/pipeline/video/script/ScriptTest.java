package com.aiprod.pipeline.video.script;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.video.script.StyledText.Span;
import com.aiprod.pipeline.video.script.StyledText.Style;
import com.ibm.icu.util.ULocale;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTest {

    @Test
    void readsTheStructureOfMarkdown() {
        assertThat(
                        read(
                                "# Spring *sale*\nAll **50 %** off at [our shop](https://shop.example/x).\n\n1. Enter `SPRING`\n2. Pay\n\n```\nnpm i\n```"))
                .containsExactly(
                        "HEADING Spring sale",
                        "TEXT All 50 % off at our shop.",
                        "ITEM 1. Enter SPRING",
                        "ITEM 2. Pay",
                        "CODE npm i");
    }

    @Test
    void knowsWhatIsEmphasizedAndWhatIsCode() {
        Paragraph paragraph =
                Script.read("A **bold** `x`", ULocale.ENGLISH).paragraphs().get(0);

        assertThat(paragraph.lines())
                .containsExactly(
                        new StyledText("A bold x", List.of(new Span(2, 6, Style.STRONG), new Span(7, 8, Style.CODE))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"- Tea\n- Coffee\nCall us", "• Tea\n• Coffee\nCall us", "* Tea\n* Coffee\n\nCall us"})
    void readsPlainLists(String content) {
        assertThat(read(content)).containsExactly("ITEM • Tea", "ITEM • Coffee", "TEXT Call us");
    }

    @Test
    void keepsWhatOnlyLooksLikeMarkdown() {
        assertThat(read("#sale today")).containsExactly("TEXT #sale today");
        assertThat(read("5 * 3 = 15 * 1, snake_case_name, 2 < 3"))
                .containsExactly("TEXT 5 * 3 = 15 * 1, snake_case_name, 2 < 3");
        assertThat(read("Tom <b>Jerry</b>")).containsExactly("TEXT Tom <b>Jerry</b>");
        assertThat(read("Verse\n\n    indented")).containsExactly("TEXT Verse", "TEXT indented");
        assertThat(read("---")).containsExactly("TEXT ---");
        assertThat(read("[Shop]: https://shop.example")).containsExactly("TEXT Shop: https://shop.example");
    }

    @Test
    void keepsLineEndsButNotThoseOfAProgram() {
        assertThat(Script.read("Roses are red\nViolets are blue", ULocale.ENGLISH)
                        .paragraphs()
                        .get(0)
                        .lines())
                .hasSize(2);
        assertThat(Script.read(
                                "We started small, in a garage that smelled of oil and rain,\nwith one lathe.",
                                ULocale.ENGLISH)
                        .paragraphs()
                        .get(0)
                        .lines())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en|Привет, мир|ru",
                "en|Γεια σου κόσμε|el",
                "en|שלום עולם|he",
                "en|مرحبا بالعالم|ar",
                "fa|سلام دنیا|fa",
                "en|नमस्ते दुनिया|hi",
                "mr|नमस्कार|mr",
                "en|東京へようこそ|ja",
                "zh|東京へようこそ|ja",
                "en|서울 大學校|ko",
                "en|欢迎来到北京|zh",
                "en|歡迎來到臺灣，我們開門了|zh-Hant",
                "ja|東京大学|ja",
                "zh-TW|歡迎|zh-TW",
                "de|Hallo Welt|de",
                "sr|Добар дан|sr",
                "en|12:30 €5|en",
            })
    void takesTheLanguageFromTheScriptWhereTheTagContradictsIt(String given, String content, String language) {
        assertThat(Script.read(content, ULocale.forLanguageTag(given))
                        .language()
                        .toLanguageTag())
                .isEqualTo(language);
    }

    @Test
    void takesTheLanguageOfTheRequest() {
        assertThat(Script.read("Crée une vidéo sur la mer", ULocale.ENGLISH).language())
                .isEqualTo(ULocale.FRENCH);
        assertThat(Script.read("Crie um vídeo sobre o mar", ULocale.forLanguageTag("pt-BR"))
                        .language()
                        .toLanguageTag())
                .isEqualTo("pt-BR");
    }

    private static List<String> read(String content) {
        return Script.read(content, ULocale.ENGLISH).paragraphs().stream()
                .map(paragraph -> paragraph.kind() + " "
                        + String.join(
                                "/",
                                paragraph.lines().stream().map(StyledText::text).toList()))
                .toList();
    }
}
