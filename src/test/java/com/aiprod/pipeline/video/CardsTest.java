package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.video.Typesetter.Block;
import com.aiprod.pipeline.video.Typesetter.Box;
import com.aiprod.pipeline.video.Typesetter.Line;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands on which card, in which lines, for texts that users sent. */
class CardsTest {

    private static final Box TITLE = new Box(600, 640, 5, 112, 44, 1.14);
    private static final Box TEXT = new Box(600, 640, 5, 88, 44, 1.18);

    private static final String LONG = "Small batches, big mornings. Roasted today, at your door on Friday. Wake up to"
            + " better coffee. The river remembers every stone. And then there was a long story about a lighthouse"
            + " keeper who counted ships, one for each winter, and wrote them down in a book that nobody read.";

    @Test
    void showsTheTopicOfARequestAndNotTheRequest() throws Exception {
        assertThat(cards("en", "Create a video about the sea at dawn")).containsExactly("The sea at dawn");
        assertThat(cards("en", "Create a short video about our bakery. We open on May 5 at 7 a.m. Come in!"))
                .containsExactly("Our bakery", "We open on May 5 at 7 a.m.", "Come in!");
        assertThat(plan("en", "Erstelle ein Video über das Meer").title()).isEqualTo("Das Meer");
    }

    @Test
    void groupsTheItemsOfAList() throws Exception {
        String menu = "Our menu:\n- Espresso €2.50\n- Cappuccino €3.20\n- Flat white €3.40\n- Croissant €2\n"
                + "Order at https://example.com/menu or call +49 30 1234567.";

        assertThat(lines("en", menu))
                .containsExactly(
                        "Our menu: / • Espresso €2.50 / • Cappuccino €3.20 / • Flat white €3.40 / • Croissant €2",
                        "Order at / https://example.com/menu / or call / +49 30 1234567.");
        assertThat(plan("en", menu).title()).isEqualTo("Our menu");
    }

    @Test
    void showsMarkdownAsWhatItMeans() throws Exception {
        assertThat(
                        cards(
                                "en",
                                "# Spring sale\n**50 %** off at [our shop](https://shop.example).\n\n1. Enter `SPRING`\n2. Pay"))
                .containsExactly("Spring sale", "50 % off at our shop.", "1. Enter SPRING\n2. Pay");
    }

    @Test
    void keepsEmojiWithTheWordsBeforeThem() throws Exception {
        assertThat(cards("en", "Coffee first ☕ See you at 8? 🙌 Bring cake! 🎂🎉"))
                .containsExactly("Coffee first ☕ See you at 8? 🙌", "Bring cake! 🎂🎉");
        assertThat(lines("en", "Coffee first ☕ then the whole wide world 🌍 and cake"))
                .noneMatch(card -> card.contains("/ ☕") || card.contains("/ 🌍"));
    }

    @Test
    void keepsEmojiWithTheWordsAfterThemWhereTheTextBeginsWithOne() throws Exception {
        assertThat(cards("en", "🎉 We open in Berlin on May 5! 📍 Main Street 12, second floor, next to the bank. ☕🎂"))
                .containsExactly(
                        "🎉 We open in Berlin on May 5!", "📍 Main Street 12, second floor, next to the bank. ☕🎂");
        assertThat(plan("ja", "🎉新発売🎉「しずく」イヤホン").title()).isEqualTo("🎉新発売🎉「しずく」イヤホン");
        assertThat(cards("en", "🔥 50% off")).containsExactly("🔥 50% off");
        assertThat(cards("en", "🎂🎈👍🏿1️⃣")).containsExactly("🎂🎈👍🏿1️⃣");
    }

    @Test
    void keepsVersesOnOneCard() throws Exception {
        assertThat(lines("en", "Roses are red,\nViolets are blue\nSugar is sweet\nAnd so are you"))
                .containsExactly("Roses are red, / Violets are blue / Sugar is sweet / And so are you");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en|Order at https://example.com/spring-sale?id=5 today|https://example.com/spring-sale?id=5",
                "en|Write to firstname.lastname@example.com or call us|firstname.lastname@example.com",
                "de|Nur heute für 1.250,00 € bei uns im Laden am Marktplatz|1.250,00 €",
                "en|Follow us @the_very_best_coffee for more of this|@the_very_best_coffee",
                "ar|اتصلوا بنا على الرقم +971 50 123 4567 في أي وقت|+971 50 123 4567",
                "de|# Vorbestellen unter +49 7621 555-0123|+49 7621 555-0123",
                "de|Hauptstraße 12, 79539 Lörrach, geöffnet Mo.–Sa. von 6:30–18:00 Uhr|Mo.–Sa.",
                "de|Hauptstraße 12, 79539 Lörrach. So. 8–11 Uhr. Am Samstag offen.|Hauptstraße 12,",
                "de|Hauptstraße 12, 79539 Lörrach. Mo.–Sa. 6:30–18:00 Uhr, So. 8–11 Uhr.|6:30–18:00 Uhr",
                "ar|ننتظركم يوم الخميس 12 مارس 2026 في الساعة السابعة مساءً|12 مارس 2026",
                "en|We open our new house on 12 March 2026 at noon, and you are invited|12 March 2026",
                "he|רח' רוטשילד 22, קומה 3, תל אביב|רוטשילד 22",
                "he|בקרו אותנו באתר https://example.com/shop עוד היום|https://example.com/shop",
                "en|Ask the famous Dr. Smith about your heart and sleep|Dr. Smith",
                "en|There are only 5 tables left for the big night|5 tables",
                "en|We grind each bean (really, each one) by hand for you|(really,",
            })
    void keepsTogetherWhatIsReadTogether(String language, String content, String whole) throws Exception {
        assertThat(lines(language, content))
                .anySatisfy(card -> assertThat(List.of(card.split(" / "))).anyMatch(line -> line.contains(whole)));
    }

    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void keepsALongAddressOnOneCardWithoutHyphens(Format format) throws Exception {
        String address = "https://www.example.com/spring-sale/women/shoes?color=red&size=38&utm_source=newsletter"
                + "&utm_medium=email&utm_campaign=" + "spring".repeat(20) + "#top";
        StoryboardPlan plan = StoryboardStage.plan("Order at " + address, "en", format, null);
        Look look = Look.of(format, false);
        FontBook fonts = new FontBook(look.face(), plan.language());
        Block card = new Typesetter(fonts, plan.language(), look.centered())
                .set(plan.board().scenes(), look.title(), look.text())
                .get(plan.board().scenes().size() - 1);

        assertThat(card.lines().stream().map(Line::text).collect(Collectors.joining()))
                .endsWith(address);
        assertThat(card.height()).isLessThanOrEqualTo(look.text().height() + 1);
        assertThat(Captions.cues(plan.board().scenes(), "en"))
                .anyMatch(cue -> cue.text().lines().anyMatch(address::equals));
        assertThat(StoryboardStage.plan(address, "en", format, null).title())
                .isEqualTo("https://www.example.com/spring-sale/women/shoes?color=red&size=38&utm_source=…");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "de|Vorbestellen unter +49 7621 555-0123 oder auf baeckerei-huebner.example/bestellen.|oder",
                "fr|# Le pain~Le pain du matin vient de notre four dans votre cuisine avec un sourire pour toute la famille|votre,avec,pour",
            })
    void endsNoLineAndNoCardWithAWordThatLeadsOn(String language, String content, String words) throws Exception {
        for (String card : lines(language, content.replace('~', '\n'))) {
            for (String line : card.split(" / ")) {
                assertThat(words.split(",")).noneMatch(word -> line.endsWith(" " + word) || line.equals(word));
            }
        }
    }

    @Test
    void followsTheRulesOfJapaneseForLineStarts() throws Exception {
        for (String card : lines("ja", "新しいコーヒーショップがオープンしました。「ぜひ」遊びに来てくださいね、きっと！")) {
            for (String line : card.split(" / ")) {
                assertThat("、。！？」ーっゃゅょッャュョ".indexOf(line.charAt(0))).as(line).isNegative();
                assertThat(line).doesNotEndWith("「").doesNotContain(" ");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "新しいコーヒーショップがオープンしました。ぜひ遊びに来てくださいね、きっと！, ください",
        "今日も一日がんばりましょう。ご来店を心よりお待ちしております。, お待ち",
        "春の新作コレクションがいよいよ登場します。お見逃しなく！, お見逃し",
        "🎉新発売🎉「しずく」ワイヤレスイヤホン, ワイヤレスイヤホン",
        "最大32時間再生。ノイズキャンセリング搭載。, ノイズキャンセリング",
    })
    void cutsJapaneseBetweenPhrases(String content, String whole) throws Exception {
        assertThat(lines("ja", content)).anyMatch(card -> card.contains(whole));
        for (String card : lines("ja", content)) {
            for (String line : card.split(" / ")) {
                // No line begins with a particle or an ending.
                assertThat(line).doesNotMatch("^(?:が|を|は|に|の|も|と|さい|ました|ます|しょう).*");
            }
        }
    }

    @Test
    void putsNoBlankBetweenChineseSentencesOnOneCard() throws Exception {
        assertThat(StoryboardStage.plan("今天很好\n明天也好。后天呢？", "zh", Formats.SOCIAL, 1)
                        .board()
                        .scenes())
                .allMatch(scene -> !scene.text().contains(" "));
    }

    @Test
    void usesTwoSizes() throws Exception {
        List<Block> blocks = blocks("en", LONG);

        assertThat(blocks).hasSizeGreaterThan(4);
        assertThat(blocks.stream().skip(1).map(Block::size).distinct()).hasSize(1);
    }

    @Test
    void oneLongItemMakesNotAllTextsSmaller() throws Exception {
        String text = "The beams are larch, the floor is oak, and not one nail is in the roof.\n\n";
        List<Block> without = blocks("en", text);
        List<Block> with = blocks("en", text + "- Double room €140 per night\n- Breakfast included");

        assertThat(with.get(0).size()).isGreaterThan(without.get(0).size() * 0.85);
    }

    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void aVideoIsAsLongAsItsText(Format format) throws Exception {
        int shortest = StoryboardStage.plan("Hello", "en", format, null).duration();
        int longer = StoryboardStage.plan(LONG, "en", format, null).duration();
        StoryboardPlan endless = StoryboardStage.plan(LONG.repeat(9), "en", format, null);

        assertThat(shortest).isBetween(4, 6);
        assertThat(longer).isGreaterThan(2 * shortest).isLessThan(format.maxDurationSec());
        assertThat(endless.duration()).isEqualTo(format.maxDurationSec());
        assertThat(endless.wholeDuration()).isGreaterThan(format.maxDurationSec());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 12, 30})
    void showsAllThatTheTimeHoldsAndSaysWhatIsLeftOut(int seconds) throws Exception {
        StoryboardPlan plan = StoryboardStage.plan(LONG, "en", Formats.SOCIAL, seconds);

        assertThat(letters(shown(plan) + plan.omitted())).isEqualTo(letters(LONG));
        assertThat(plan.board().truncated()).isEqualTo(!plan.omitted().isEmpty());
        if (plan.board().truncated()) {
            // Nothing is stretched over time that the next words could fill.
            assertThat(letters(shown(plan)).length()).isGreaterThan(Math.min(seconds, 12) * 9);
            assertThat(StoryboardStage.plan(LONG, "en", Formats.SOCIAL, plan.wholeDuration())
                            .omitted())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void neverCutsATextThatFitsOneCard(Format format) throws Exception {
        StoryboardPlan plan = StoryboardStage.plan("# Sale\nToday only. Everything must go.", "en", format, 1);

        assertThat(plan.omitted()).isEmpty();
        assertThat(plan.board().scenes()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en|Small batches & <big> mornings. Roasted today, at your door on Friday with a very long explanation of why.",
                "ja|新しいコーヒーショップがオープンしました。ぜひ遊びに来てください！営業時間は7:00から20:00まで。",
                "ar|افتتحنا متجرنا الجديد! زورونا على https://example.com/shop أو اتصلوا بنا +971 50 123 4567 وتابعونا @shop_ae",
                "th|กาแฟที่หอมเหมือนเช้าวันอาทิตย์คั่วสดใหม่ทุกวันเพื่อคุณและครอบครัวของคุณ",
            })
    void captionsHoldTheTextInShortLines(String language, String content) throws Exception {
        StoryboardPlan plan = plan(language, content);
        List<Scene> cues = Captions.cues(plan.board().scenes(), language);

        assertThat(letters(cues.stream().map(Scene::text).collect(Collectors.joining(" "))))
                .isEqualTo(letters(content));
        for (int i = 0; i < cues.size(); i++) {
            assertThat(cues.get(i).text().lines())
                    .hasSizeLessThanOrEqualTo(2)
                    .allMatch(line -> ReadingSpeed.width(line) <= Captions.LINE);
            assertThat(cues.get(i).start())
                    .isEqualTo(i == 0 ? 0 : cues.get(i - 1).end());
            assertThat(cues.get(i).end()).isGreaterThan(cues.get(i).start());
        }
    }

    @Test
    void marksDoNotCountAsLettersToRead() {
        assertThat(ReadingSpeed.width("हिन्दी")).isEqualTo(3);
        assertThat(ReadingSpeed.seconds("ที่", false)).isEqualTo(ReadingSpeed.seconds("ท", false));
    }

    @Test
    void aStoryboardKeepsHeadingsAndStylesInAMap() throws Exception {
        Storyboard board = plan("en", "# Sale\nAll **half** price").board();

        assertThat(Storyboard.of(Map.of("storyboard", board.toMap()))).isEqualTo(board);
        assertThat(board.scenes().get(0).heading()).isTrue();
        assertThat(board.scenes().get(1).spans()).hasSize(1);
    }

    @Test
    void theStageLeavesTitleLanguageDurationAndWhatIsOmitted() throws Exception {
        Map<String, Object> job = new HashMap<>(Map.of("content", "Crée une vidéo sur la mer", "lang", "en"));
        StoryboardStage stage = new StoryboardStage((jobId, attempt, name, percent) -> {});

        assertThat(stage.plan(job, Formats.preset("quick_social"), "j", 1))
                .containsEntry("title", "La mer")
                .containsEntry("lang", "fr")
                .containsEntry("duration_sec", 4)
                .doesNotContainKey("omitted");
        job.put("content", LONG);
        job.put("duration_sec", 3);
        assertThat(stage.plan(job, Formats.preset("quick_social"), "j", 1).get("omitted"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsKeys("text", "duration_sec");
    }

    private static StoryboardPlan plan(String language, String content) throws InterruptedException {
        return StoryboardStage.plan(content, language, Formats.SOCIAL, null);
    }

    private static List<String> cards(String language, String content) throws InterruptedException {
        return plan(language, content).board().scenes().stream()
                .map(Scene::text)
                .toList();
    }

    private static List<Block> blocks(String language, String content) throws InterruptedException {
        StoryboardPlan plan = plan(language, content);
        return new Typesetter(new FontBook(FontBook.Face.LOUD, plan.language()), plan.language(), false)
                .set(plan.board().scenes(), TITLE, TEXT);
    }

    private static List<String> lines(String language, String content) throws InterruptedException {
        return blocks(language, content).stream()
                .map(block -> block.lines().stream().map(Line::text).collect(Collectors.joining(" / ")))
                .toList();
    }

    private static String shown(StoryboardPlan plan) {
        List<Scene> scenes = plan.board().scenes();
        return IntStream.range(0, scenes.size())
                .mapToObj(i -> scenes.get(i).text())
                .collect(Collectors.joining(" "));
    }

    private static String letters(String text) {
        return text.replaceAll("[^\\p{L}\\p{M}\\p{N}]", "");
    }
}
