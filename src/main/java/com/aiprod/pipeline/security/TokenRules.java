package com.aiprod.pipeline.security;

import com.nimbusds.jose.JOSEObject;
import java.text.ParseException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;

/** Requires that a token expires, and that its user ID can be stored, compared and logged. */
class TokenRules implements OAuth2TokenValidator<Jwt> {

    /** OpenID Connect Core, section 2: {@code sub} must not exceed 255 ASCII characters. */
    private static final int MAX_SUBJECT_LENGTH = 255;

    @Override
    public OAuth2TokenValidatorResult validate(Jwt token) {
        if (token.getExpiresAt() == null) {
            return refused("The token has no exp");
        }
        String subject = token.getSubject();
        if (subject == null
                || !isString(token, JwtClaimNames.SUB)
                || subject.isBlank()
                || subject.length() > MAX_SUBJECT_LENGTH
                || subject.codePoints().anyMatch(TokenRules::isForbidden)) {
            return refused("The token's sub cannot be used as a user id");
        }
        return OAuth2TokenValidatorResult.success();
    }

    /** RFC 7519, section 4.1.2. Nimbus converts numbers to strings, so 7 and 7.0 would be two users. */
    private static boolean isString(Jwt token, String claim) {
        try {
            return JOSEObject.parse(token.getTokenValue())
                            .getPayload()
                            .toJSONObject()
                            .get(claim)
                    instanceof String;
        } catch (ParseException e) {
            return false;
        }
    }

    /** A control character, or an unpaired surrogate, which {@link String#codePoints()} returns as such. */
    private static boolean isForbidden(int codePoint) {
        return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
    }

    private static OAuth2TokenValidatorResult refused(String why) {
        return OAuth2TokenValidatorResult.failure(new OAuth2Error(OAuth2ErrorCodes.INVALID_TOKEN, why, null));
    }
}
