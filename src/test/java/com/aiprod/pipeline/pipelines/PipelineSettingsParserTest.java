package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.job.Preset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.env.MockEnvironment;

class PipelineSettingsParserTest {

    private final List<Fault> faults = new ArrayList<>();

    @Test
    void readsEverything() {
        PipelineSettings settings = parse("""
                description: Makes a picture.
                requires: [genai.token, genai.base-url]
                timeout: 90s
                slots: 12
                retry:
                  redeliveries: 0
                  delay: 500ms
                presets:
                  poster:
                    description: A poster
                    default_duration_sec: 1
                    max_duration_sec: 3600
                    settings:
                      width: 640
                      model: {name: large, sizes: [1, 2.5], fast: true, seed: null}
                  banner: {description: A banner, default_duration_sec: 5, max_duration_sec: 5}
                """);

        assertThat(faults).isEmpty();
        assertThat(settings.description()).isEqualTo("Makes a picture.");
        assertThat(settings.requires()).containsExactly("genai.token", "genai.base-url");
        assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(settings.slots()).isEqualTo(12);
        assertThat(settings.redeliveries()).isZero();
        assertThat(settings.delay()).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.presets().keySet()).containsExactly("poster", "banner");
        Preset poster = settings.presets().get("poster");
        assertThat(poster.name()).isEqualTo("poster");
        assertThat(poster.maxDurationSec()).isEqualTo(3600);
        assertThat(poster.settings().keySet()).containsExactly("width", "model");
        assertThat(poster.settings()).containsEntry("width", 640);
        assertThat((Map<?, ?>) poster.settings().get("model"))
                .hasToString("{name=large, sizes=[1, 2.5], fast=true, seed=null}");
        assertThat(settings.presets().get("banner").settings()).isEmpty();
    }

    @Test
    void hasDefaults() {
        assertThat(parse("description: x"))
                .isEqualTo(new PipelineSettings("x", Set.of(), null, null, 3, Duration.ofSeconds(1), Map.of()));
        assertThat(PipelineSettings.none().presets()).isEmpty();
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "timout: 90s          | There is no key 'timout' in pipeline.yaml. Did you mean 'timeout'?",
                "memory: 1            | There is no key 'memory' in pipeline.yaml. Its keys are description, metadata, presets, requires, retry, slots, timeout.",
                "{a: b}: c            | There is no key '' in pipeline.yaml. Its keys are description, metadata, presets, requires, retry, slots, timeout.",
                "description: again   | The key 'description' is here twice.",
                "timeout: 90          | 'timeout' is '90', and not a duration with a unit, such as 90s, from 1s to 1800s.",
                "timeout: 1.5         | 'timeout' is '1.5', and not a duration with a unit, such as 90s, from 1s to 1800s.",
                "timeout: soon        | 'timeout' is 'soon', and not a duration with a unit, such as 90s, from 1s to 1800s.",
                "timeout: 999ms       | 'timeout' is '999ms', and not a duration with a unit, such as 90s, from 1s to 1800s.",
                "timeout: 31m         | 'timeout' is '31m', and not a duration with a unit, such as 90s, from 1s to 1800s.",
                "timeout: -5s         | 'timeout' is '-5s', and not a duration with a unit, such as 90s, from 1s to 1800s.",
                "timeout: 9223372036854775807d | 'timeout' is '9223372036854775807d', and not a duration with a unit, such as 90s, from 1s to 1800s.",
                "timeout: [90s]       | 'timeout' is a list, and not a duration with a unit, such as 90s, from 1s to 1800s.",
                "slots: 0             | 'slots' is '0', and not an integer from 1 to 1000.",
                "slots: 1001          | 'slots' is '1001', and not an integer from 1 to 1000.",
                "slots: 99999999999   | 'slots' is '99999999999', and not an integer from 1 to 1000.",
                "slots: 2.0           | 'slots' is '2.0', and not an integer from 1 to 1000.",
                "slots: \"2\"         | 'slots' is the text '2', and not an integer from 1 to 1000.",
                "slots: {a: 1, a: 2}  | 'slots' is a mapping, and not an integer from 1 to 1000.",
                "slots: !!int x       | 'slots' is 'x', and not an integer from 1 to 1000.",
                "retry: {delay: 61s}  | 'delay' is '61s', and not a duration with a unit, such as 90s, from 1ms to 60s.",
                "retry: {redeliveries: 11} | 'redeliveries' is '11', and not an integer from 0 to 10.",
                "retry: {redelivery: 1} | There is no key 'redelivery' in retry. Did you mean 'redeliveries'?",
                "retry: 3             | This is not a mapping: retry has the keys delay, redeliveries.",
                "requires: token      | 'requires' is not a list of settings.",
                "requires: [{a: b}]   | This is a mapping, and not the name of a setting, such as genai.token.",
                "requires: [GENAI_TOKEN] | This is 'GENAI_TOKEN', and not the name of a setting, such as genai.token.",
                "presets: [a]         | 'presets' is not a mapping of names to presets.",
                "presets: {Poster: {}} | 'Poster' cannot be the name of a preset: use a lower-case letter, then a-z, 0-9 and _, at most 64.",
                "presets: {poster: }  | This is not a mapping: the preset poster has the keys default_duration_sec, description, max_duration_sec, settings.",
                "presets: {poster: {}} | The preset 'poster' needs description and max_duration_sec.",
                "a: b: c              | This ':' is not allowed here: indent the line like the ones around it, or put the text into quotation marks.",
                "a: *b                | A text that begins with '*' needs quotation marks.",
                "--- b                | A file holds one document: remove this '---'.",
            })
    void namesTheFaultAndItsLine(String line, String fault) {
        parse("description: x\n" + line + "\n");

        assertThat(faults).hasSize(1);
        assertThat(faults.get(0).message()).startsWith(fault.substring(0, fault.length() - 1));
        assertThat(faults.get(0).line()).isEqualTo(2);
        assertThat(faults.get(0))
                .asString()
                .startsWith("pipelines/p/pipeline.yaml:2: ")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max_duration_sec: 4      | 2 | The preset 'poster' has a default_duration_sec above its max_duration_sec.",
                "max_duration_sec: 3601   | 5 | 'max_duration_sec' is '3601', and not an integer from 1 to 3600.",
                "max_duration: 60         | 5 | There is no key 'max_duration' in the preset poster. Did you mean 'max_duration_sec'?",
                "settings: wide           | 5 | 'settings' is not a mapping.",
                "settings: {a: 1, a: 2}   | 5 | The setting 'a' is here twice.",
                "settings: {a: {b: 1, b: 2}} | 5 | The setting 'a' is wrong: found duplicate key b.",
                "settings: {[a]: 1}       | 5 | This is not the name of a setting.",
                "settings: {a: .nan}      | 5 | The setting 'a' cannot be written as JSON.",
                "settings: {a: !!binary YQ==} | 5 | The setting 'a' cannot be written as JSON.",
                "settings: {a: !odd b}    | 5 | The setting 'a' is wrong: could not determine a constructor for the tag !odd.",
                "settings: {a: !!int b}   | 5 | The setting 'a' does not fit its tag.",
                "settings: {a: &a {b: *a}} | 5 | The setting 'a' cannot be written as JSON.",
            })
    void namesTheFaultOfAPresetAndDropsIt(String line, int at, String fault) {
        PipelineSettings settings = parse("""
                presets:
                  poster:
                    description: A poster
                    default_duration_sec: 5
                    %s
                  banner: {description: A banner, default_duration_sec: 5, max_duration_sec: 5}
                """.formatted(line));

        assertThat(faults).containsExactly(new Fault("pipelines/p/pipeline.yaml", at, null, fault));
        assertThat(settings.presets()).containsOnlyKeys("banner");
    }

    @Test
    void refusesAPresetThatIsThereTwiceAlsoIfTheFirstIsFaulty() {
        PipelineSettings settings = parse("""
                presets:
                  poster: {description: A poster}
                  poster: {description: A poster, default_duration_sec: 5, max_duration_sec: 5}
                """);

        assertThat(faults).extracting(Fault::line).containsExactly(2, 3);
        assertThat(faults.get(1).message()).isEqualTo("The preset 'poster' is here twice.");
        assertThat(settings.presets()).isEmpty();
    }

    @Test
    void reportsAllFaultsAndKeepsTheRest() {
        PipelineSettings settings = parse("""
                description:
                timeout: 90
                slots: many
                requires:
                  - genai.token
                  - "No Name"
                retry: {redeliveries: 5, delay: 1}
                """);

        assertThat(faults).extracting(Fault::line).containsExactly(1, 2, 3, 6, 7);
        assertThat(settings)
                .isEqualTo(new PipelineSettings(
                        null, Set.of("genai.token"), null, null, 5, Duration.ofSeconds(1), Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "''", "[a]", "\"a\\0b\"", "|\n  two\n  lines"})
    void aDescriptionIsOneLine(String description) {
        parse("description: " + description);

        assertThat(faults).extracting(Fault::message).containsExactly("'description' is not one line of text.");
    }

    @Test
    void everyPresetHasTheSchemaOfTheMetadata() {
        PipelineSettings settings = parse("""
                presets:
                  one: {description: x, max_duration_sec: 9}
                metadata: {properties: {color: {enum: [red]}}}
                """);

        assertThat(faults).isEmpty();
        assertThat(settings.presets().get("one").metadata())
                .isEqualTo(Map.of("properties", Map.of("color", Map.of("enum", List.of("red")))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metadata: {type: objekt}                                | 'metadata' is not a JSON Schema: $.type",
                "metadata: {properties: {a: {maxLength: few}}}           | 'metadata' is not a JSON Schema: $.properties.a.maxLength",
                "metadata: {properties: {a: {pattern: '['}}}             | 'metadata' cannot be used",
                "metadata: {$ref: 'https://example.com/other.json'}      | 'metadata' cannot be used",
                "metadata: [a]                                           | 'metadata' is not a mapping.",
                "metadata: {propertys: {a: {}}}                          | 'metadata' has 'propertys', which JSON Schema does not know. Did you mean 'properties'?",
                "metadata: {allOf: [{properties: {a: {maxLenght: 3}}}]}  | 'metadata' has 'maxLenght', which JSON Schema does not know. Did you mean 'maxLength'?",
            })
    void refusesWhatIsNotASchema(String file, String fault) {
        parse(file);

        assertThat(faults).isNotEmpty().allMatch(found -> found.message().startsWith(fault.strip()));
        assertThat(faults).extracting(Fault::line).containsOnly(1);
    }

    @Test
    void namesTheLineOfAFaultInTheSchema() {
        parse("""
                metadata:
                  type: object
                  properties:
                    a:
                      type: string
                      maxLength: few
                    b:
                      enum: [x]
                      requird: true
                """);

        assertThat(faults).extracting(Fault::line).containsExactly(6, 9);
    }

    @Test
    void aSchemaMayHaveWordsThatItDoesNotKnow() {
        parse("metadata: {note: x, x-unit: s, properties: {propertys: {example: 3, note: y}}}");

        assertThat(faults).isEmpty();
    }

    @Test
    void foldsALongDescription() {
        assertThat(parse("description: >\n  two\n  lines\n").description()).isEqualTo("two lines");
        assertThat(faults).isEmpty();
    }

    @Test
    void aFileMustHoldAMapping() {
        parse("");
        parse("# nothing yet");
        parse("---");
        parse("- a");

        assertThat(faults)
                .extracting(Fault::message)
                .satisfiesExactly(
                        message -> assertThat(message).startsWith("The file is empty: "),
                        message -> assertThat(message).startsWith("The file is empty: "),
                        message -> assertThat(message).startsWith("The file is empty: "),
                        message ->
                                assertThat(message).startsWith("This is not a mapping: pipeline.yaml has the keys "));
    }

    @Test
    void aCharacterThatYamlForbidsIsOneLine() {
        parse("description: a\u0007b");

        assertThat(faults)
                .singleElement()
                .asString()
                .contains(":1: This line has the control character U+0007")
                .doesNotContain("\n");
    }

    @Test
    void namesTheRequiredSettingsWithoutAValue() {
        PipelineSettings settings = parse("requires: [genai.token, genai.url, genai.model]");
        MockEnvironment environment =
                new MockEnvironment().withProperty("genai.token", " ").withProperty("genai.url", "https://example.com");

        assertThat(settings.missing(environment)).containsExactly("genai.token", "genai.model");
    }

    private PipelineSettings parse(String text) {
        return PipelineSettingsParser.parse(new SourceFile("pipelines/p/pipeline.yaml", text), faults);
    }
}
