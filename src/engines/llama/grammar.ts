/**
 * GBNF (llama.cpp's grammars/README.md) for one JSON object as RFC 8259 has it, after at most two line breaks. Whitespace
 * between its parts is bounded, so that an answer cannot go on with nothing else.
 */
export const jsonObject = String.raw`
root    ::= "\n"? "\n"? object
object  ::= "{" space ( member ( "," space member )* )? "}"
member  ::= string space ":" space value space
array   ::= "[" space ( value space ( "," space value space )* )? "]"
value   ::= object | array | string | number | "true" | "false" | "null"
string  ::= "\"" ( [^"\\\x00-\x1f\x7f] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} ) )* "\""
number  ::= "-"? ( "0" | [1-9] [0-9]{0,15} ) ( "." [0-9]{1,16} )? ( [eE] [-+]? [0-9]{1,3} )?
space   ::= " "? | "\n" [ \t]{0,20}
`
