"""The functions that an SQL trait may use; what is not here is refused, whatever it does.

Each depends on its arguments alone: no clock, no randomness, no file, no setting, no catalogue. Functions that take
the name of another function as text (`list_aggregate`) are left out, as are those whose result may change with the
engine's version (`hash`).
"""

from __future__ import annotations

_OPERATORS = """
!= !~~ !~~* % & && * ** + - -> ->> / // < <@ << <= <> = > >= >> @ @> ^ ^@ | || ~ ~~ ~~* ~~~
like_escape not_like_escape ilike_escape not_ilike_escape
"""

_NUMBERS = """
abs acos acosh add asin asinh atan atan2 atanh bin bit_count cbrt ceil ceiling cos cosh cot degrees divide even exp
factorial fdiv floor fmod format_bytes formatreadabledecimalsize formatreadablesize from_binary from_hex gamma gcd
greatest greatest_common_divisor hex isfinite isinf isnan lcm least least_common_multiple lgamma ln log log10 log2 mod
multiply nextafter pi pow power radians round round_even roundbankers sign signbit sin sinh sqrt subtract tan tanh
to_base to_binary to_hex trunc unbin unhex xor
"""

_TEXT = """
ascii base64 bit_length char_length character_length chr concat concat_ws contains damerau_levenshtein decode editdist3
encode ends_with format from_base64 hamming instr jaccard jaro_similarity jaro_winkler_similarity lcase left
left_grapheme len length length_grapheme levenshtein lower lpad ltrim md5 mismatches nfc_normalize octet_length ord
overlay parse_dirname parse_filename position prefix printf regexp_escape regexp_extract regexp_extract_all
regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right right_grapheme rpad
rtrim sha1 sha256 split split_part starts_with str_split str_split_regex string_split string_split_regex
string_to_array strip_accents strlen strpos substr substring substring_grapheme suffix to_base64 translate trim ucase
unicode upper url_decode url_encode
"""

_TIMES = """
as_of age century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname
dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era hour isodow isoyear julian
last_day make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz microsecond millennium
millisecond minute month monthname nanosecond normalized_interval quarter second strftime strptime time_bucket timezone
timezone_hour timezone_minute to_centuries to_days to_decades to_hours to_microseconds to_millennia to_milliseconds
to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years try_strptime week weekday weekofyear year
yearweek
"""

_CHOICE = "coalesce ifnull if nullif constant_or_null typeof"

_LISTS = """
apply array_append array_apply array_cat array_concat array_contains array_distinct array_extract array_filter
array_has array_has_all array_has_any array_indexof array_intersect array_length array_pop_back array_pop_front
array_position array_prepend array_push_back array_push_front array_reduce array_reverse array_reverse_sort
array_select array_slice array_sort array_to_string array_transform array_unique array_value array_where array_zip
cardinality element_at filter flatten generate_series list_any_value list_append list_apply list_avg
list_bit_and list_bit_or list_bit_xor list_bool_and list_bool_or list_cat list_concat list_contains list_count
list_distinct list_element list_entropy list_extract list_filter list_first list_has list_has_all list_has_any
list_histogram list_indexof list_intersect list_last list_max list_median list_min list_mode list_pack list_position
list_prepend list_product list_reduce list_reverse list_reverse_sort list_select list_slice list_sort list_stddev_pop
list_stddev_samp list_string_agg list_sum list_transform list_unique list_value list_var_pop list_var_samp list_where
list_zip map map_concat map_contains map_contains_entry map_contains_value map_entries map_extract map_extract_value
map_from_entries map_keys map_values range reduce row struct_concat struct_contains struct_extract struct_extract_at
struct_has struct_insert struct_keys struct_pack struct_position struct_update struct_values union_extract union_tag
union_value unnest
"""

_JSON = """
array_to_json from_json from_json_strict json_array json_array_length json_contains json_exists json_extract
json_extract_path json_extract_path_text json_extract_string json_group_array json_group_object json_keys
json_merge_patch json_object json_quote json_structure json_transform json_transform_strict json_type json_valid
json_value row_to_json to_json
"""

_AGGREGATES = """
any_value approx_count_distinct arbitrary arg_max arg_max_null arg_min arg_min_null argmax argmin array_agg avg bit_and
bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop covar_samp entropy favg first fsum
geomean geometric_mean group_concat histogram kahan_sum kurtosis kurtosis_pop last list listagg mad max max_by mean
median min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept
regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp string_agg sum sum_no_overflow
sumkahan var_pop var_samp variance wavg weighted_avg
"""

_WINDOWS = """
cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number
"""

FUNCTIONS = frozenset(
    " ".join([_OPERATORS, _NUMBERS, _TEXT, _TIMES, _CHOICE, _LISTS, _JSON, _AGGREGATES, _WINDOWS]).split()
)
"""What may stand in an expression, in lower case."""

TABLE_FUNCTIONS = frozenset({"generate_series", "json_each", "json_tree", "range", "unnest"})
"""What may stand in `from`."""

FEWEST_ARGUMENTS = {"age": 2}
"""With fewer, these read the clock."""

_TYPES = """
array bigint bit bitstring blob bool boolean bpchar bytea char date datetime dec decimal double enum float float4
float8 hugeint int int1 int128 int16 int2 int32 int4 int64 int8 integer integral interval json list logical long map
null numeric oid real short signed smallint string struct row text time timestamp timestamp_ms timestamp_ns
timestamp_s timestamp_us timestamptz timetz tinyint ubigint uhugeint uint128 uint16 uint32 uint64 uint8 uinteger
union usmallint utinyint uuid varbinary varchar variant
"""

TYPES = frozenset(_TYPES.split()) | {"timestamp with time zone", "time with time zone"}
"""What `cast` may name, in lower case."""

COLLATIONS = frozenset({"nocase", "noaccent", "nfc", "binary", "c", "posix"})
"""What `collate` may name, joined by dots."""
