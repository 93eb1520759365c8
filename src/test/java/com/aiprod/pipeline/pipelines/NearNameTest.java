package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearNameTest {

    private static final List<String> KEYS = List.of("description", "timeout", "slots", "retry", "presets");

    @ParameterizedTest
    @CsvSource({
        "timeuot,      timeout",
        "time-out,     timeout",
        "slot,         slots",
        "Slots,        slots",
        "desciption,   description",
        "preset,       presets",
    })
    void findsTheNameThatWasMeant(String written, String meant) {
        assertThat(NearName.nearest(written, KEYS)).hasValue(meant);
    }

    @ParameterizedTest
    @CsvSource({"memory", "''", "slots"})
    void findsNoNameThatIsFarOrTheSame(String written) {
        assertThat(NearName.nearest(written, KEYS)).isEmpty();
        assertThat(NearName.suggest(written, KEYS)).isEmpty();
    }

    @Test
    void asksForTheFirstOfEquallyNearNames() {
        assertThat(NearName.suggest("cat", List.of("rat", "bat"))).hasValue(" Did you mean 'bat'?");
        assertThat(NearName.suggest("cat", List.of())).isEmpty();
    }

    /** Two edits are too many for a name of four letters, but three are few enough for one of nine. */
    @Test
    void aShortNameThatIsTooFarDoesNotHideALongerOne() {
        assertThat(NearName.nearest("abcdef", List.of("abcd"))).isEmpty();
        assertThat(NearName.nearest("abcdef", List.of("abcd", "abcdefxyz"))).hasValue("abcdefxyz");
    }
}
