//! Codes that come with the answer to a request: 20xxx and 21xxx.

use crate::known::codes;

codes! {
    /// In order of code.
    CODES {
        "20001" Permanent Line "Twilio does not know one of the values it was given"
            => "Update Signalbox, or send a support bundle";
        "20003" Auth Line "Twilio does not accept the account SID and auth token of this line"
            => "Copy both afresh from the Twilio console and reconnect this line";
        "20005" Admin Line "The Twilio account is not active"
            => "Sign in to the Twilio console and reactivate the account";
        "20006" Admin Line "The Twilio account may not use this function"
            => "Ask whoever administers the Twilio account to allow messaging for it";
        "20008" Admin Line "These are Twilio test credentials, which cannot do this"
            => "Use the live account SID and auth token, or choose the sandbox environment";
        "20404" Permanent Line "Twilio has nothing under this id"
            => "Check that the account SID and the region of this line belong together";
        "20422" Permanent Line "Twilio found one of the values out of range"
            => "Update Signalbox; if that is done, send a support bundle";
        "20426" Permanent Line "Twilio asks for a newer kind of connection"
            => "Update Signalbox and this computer's operating system";
        "20429" RateLimited Line "Twilio is getting too many requests at once from this account"
            => "Nothing needs to be done: sending slows down by itself";
        "20500" Unknown Line "Twilio had an internal fault while taking the message"
            => "Signalbox looks the message up at Twilio before sending it again";
        "20503" Unknown Line "Twilio was out of service while taking the message"
            => "Signalbox looks the message up first; see status.twilio.com if this lasts";
        "20504" Unknown Line "Twilio took too long inside to say whether it has the message"
            => "Signalbox looks the message up at Twilio; nothing is sent twice";
        "21211" Recipient Line "This is not a phone number that can be texted"
            => "Correct the number, with its country code";
        "21212" Admin Line "The sender of this line is not one that Twilio accepts"
            => "Check the From number of this line in the Twilio console";
        "21214" Recipient Line "This number cannot be reached"
            => "Check the number, or use another channel";
        "21217" Recipient Line "This number does not look like a real one"
            => "Check the number for missing or swapped digits";
        "21219" Admin Message "A Twilio trial account may only contact verified numbers"
            => "Verify this number in the Twilio console, or upgrade the account";
        "21265" Recipient Line "The number is a short code, which cannot be texted from here"
            => "Use the recipient's ordinary phone number";
        "21266" Permanent Line "The message was addressed to the line's own number"
            => "Choose another recipient";
        "21268" Recipient Line "The number is a premium-rate or information service"
            => "Use the recipient's ordinary number instead of the service number";
        "21408" Admin Message "Messages to this country are not switched on for the Twilio account"
            => "Enable the country under Messaging, Settings, Geo permissions in the Twilio console";
        "21601" Admin Line "The sender number is not set up for text messages"
            => "Choose a number with the SMS capability for this line";
        "21602" Content Line "The message has no text"
            => "Write a text and send it again";
        "21603" Permanent Line "The request named no sender"
            => "Reconnect this line with a From number or a messaging service";
        "21604" Permanent Line "The request named no recipient"
            => "Send a support bundle; this should not happen";
        "21606" Admin Line "The sender number cannot send texts from this account to this destination"
            => "Check in the Twilio console that the number belongs to this account and can send SMS";
        "21607" Admin Line "A Twilio trial account can only send from its own trial number"
            => "Set this line's From to the trial number, or upgrade the account";
        "21608" Admin Message "The number is not verified for this Twilio trial account"
            => "Verify it under Verified caller IDs, or upgrade the account";
        "21609" Permanent Line "Twilio does not accept the address it should report to"
            => "Set a public address with an ordinary host name in Settings";
        "21610" OptedOut Line "The recipient replied STOP and does not want texts from this sender"
            => "Do not text them; they can reply START if they change their mind";
        "21611" RateLimited Line "The sender number has hours of messages waiting at Twilio already"
            => "Wait for the queue to drain, or add a faster sender";
        "21612" Recipient Line "No route leads from this sender to this number"
            => "Try another channel or another kind of sender for this person";
        "21614" Recipient Line "The number is not a mobile phone"
            => "Ask for a mobile number, or use another channel";
        "21616" Admin Line "The sender number fits more than one account"
            => "Sort out in the Twilio console which account owns the number";
        "21617" Content Line "The text is longer than 1,600 characters"
            => "Shorten the text, or split it in two";
        "21618" Content Line "Twilio will not carry this text"
            => "Reword the text and send it again";
        "21619" Permanent Line "Twilio could not make a message of the request"
            => "Send a support bundle so that this can be mended";
        "21620" Content Line "An attached picture cannot be fetched from its address"
            => "Check the address of the picture, or leave it out";
        "21623" Content Line "More than ten pictures are attached"
            => "Attach ten pictures at most";
        "21635" Recipient Line "The number is a landline, which cannot get texts"
            => "Ask for a mobile number, or call";
        "21654" Content Line "This kind of message needs a template"
            => "Choose a template for the message";
        "21655" Content Line "The template is not known to this Twilio account"
            => "Choose a template that exists in the account";
        "21656" Content Line "The values for the template's blanks do not fit"
            => "Check that every blank of the template has a value";
        "21657" Admin Line "The sender name is not allowed"
            => "Use a name of at most eleven letters and digits that Twilio has approved";
        "21659" Admin Line "The sender is not a Twilio number, or a short code of another country"
            => "Set this line's From to a number bought in this Twilio account";
        "21660" Admin Line "The sender number belongs to another Twilio account"
            => "Use the credentials of the account that owns the number";
        "21661" Admin Line "The sender number was bought without the SMS capability"
            => "Choose a From number that can send texts";
        "21664" Permanent Line "The stand-in sender is not valid"
            => "Update Signalbox, or send a support bundle for this message";
        "21703" Admin Line "The messaging service has no number that suits this message"
            => "Add a fitting number to the service's sender pool";
        "21704" Admin Line "The messaging service has no senders"
            => "Add a number to the messaging service in the Twilio console";
        "21705" Admin Line "The messaging service of this line does not exist"
            => "Copy the messaging service SID afresh and reconnect this line";
        "21712" Admin Line "The number is part of another messaging service"
            => "Take it out of the other service first";
        "21910" Permanent Line "Sender and recipient are of different channels"
            => "Send through a line of the recipient's channel";
    }
}
